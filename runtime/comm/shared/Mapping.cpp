#include "runtime/comm/shared/Mapping.h"

#include "runtime/comm/Errors.h"

#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

// Linux 5.14 and 6.1; older headers lack the names, older kernels say EINVAL.
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

namespace sft::rt {

namespace {

constexpr size_t hugePage = size_t(2) << 20;

size_t roundUp(size_t bytes) {
  return (bytes + hugePage - 1) / hugePage * hugePage;
}

Status outOfMemory(size_t bytes) {
  return Status::error(
      Code::Resources, SharedMemoryFailed,
      format("cannot map %zu MiB: %s", bytes >> 20, strerror(errno)));
}

/// Reserves addresses with room to align, maps inside, gives the rest back.
std::byte *mapAligned(size_t bytes, int flags, int fd) {
  void *room = mmap(nullptr, bytes + hugePage, PROT_NONE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED) {
    return nullptr;
  }
  auto *first = static_cast<std::byte *>(room);
  auto from = reinterpret_cast<uintptr_t>(room);
  size_t lead = roundUp(from) - from;
  void *base = mmap(first + lead, bytes, PROT_READ | PROT_WRITE,
                    flags | MAP_FIXED, fd, 0);
  if (base == MAP_FAILED) {
    munmap(room, bytes + hugePage);
    return nullptr;
  }
  if (lead != 0) {
    munmap(first, lead);
  }
  munmap(first + lead + bytes, hugePage - lead);
  return static_cast<std::byte *>(base);
}

} // namespace

FileHandle::~FileHandle() {
  if (fd >= 0) {
    close(fd);
  }
}

Mapping::~Mapping() {
  if (base != nullptr) {
    munmap(base, length);
  }
}

Expected<Mapping> Mapping::map(size_t bytes, int flags, int fd) {
  Mapping mapping;
  mapping.length = roundUp(bytes == 0 ? 1 : bytes);
  mapping.base = mapAligned(mapping.length, flags, fd);
  if (mapping.base == nullptr) {
    return outOfMemory(mapping.length);
  }
  madvise(mapping.base, mapping.length, MADV_HUGEPAGE); // a wish
  return mapping;
}

Expected<Mapping> Mapping::anonymous(size_t bytes) {
  return map(bytes, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
}

Expected<Mapping> Mapping::ofFile(int fd, size_t bytes) {
  return map(bytes, MAP_SHARED | MAP_NORESERVE, fd);
}

Expected<FileHandle> makeSharedFile(size_t bytes) {
  FileHandle file(memfd_create("sft", MFD_CLOEXEC));
  size_t length = roundUp(bytes == 0 ? 1 : bytes);
  if (!file.valid() || ftruncate(file.get(), off_t(length)) != 0) {
    return outOfMemory(length);
  }
  return file;
}

Status Mapping::populate() {
  // Shared memory gets huge pages only by being collapsed after the fact,
  // and only where a page exists.
  for (size_t at = 0; at < length; at += hugePage) {
    if (madvise(base + at, 4096, MADV_POPULATE_WRITE) != 0 && errno != EINVAL) {
      return outOfMemory(length);
    }
  }
  if (madvise(base, length, MADV_COLLAPSE) == 0) {
    return {};
  }
  bool refused = madvise(base, length, MADV_POPULATE_WRITE) != 0;
  return refused && errno != EINVAL ? outOfMemory(length) : Status();
}

} // namespace sft::rt
