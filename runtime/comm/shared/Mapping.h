//===- Mapping.h - Pages, own or shared with peers --------------*- C++ -*-===//
#pragma once

#include "runtime/base/Status.h"

#include <cstddef>
#include <utility>

namespace sft::rt {

/// A file descriptor that is closed in the end.
class FileHandle {
public:
  FileHandle() = default;
  explicit FileHandle(int fd) : fd(fd) {}
  FileHandle(FileHandle &&other) noexcept : fd(std::exchange(other.fd, -1)) {}
  FileHandle &operator=(FileHandle &&other) noexcept {
    std::swap(fd, other.fd);
    return *this;
  }
  ~FileHandle();
  int get() const { return fd; }
  bool valid() const { return fd >= 0; }

private:
  int fd = -1;
};

/// A file of at least `bytes` zeros in memory, without a name: it goes with its
/// last descriptor and mapping.
Expected<FileHandle> makeSharedFile(size_t bytes);

/// Zeroed pages at a 2 MiB-aligned address; unmapped in the end.
class Mapping {
public:
  Mapping() = default;
  Mapping(Mapping &&other) noexcept
      : base(std::exchange(other.base, nullptr)), length(other.length) {}
  Mapping &operator=(Mapping &&other) noexcept {
    std::swap(base, other.base);
    std::swap(length, other.length);
    return *this;
  }
  ~Mapping();

  /// Memory of this process alone, on huge pages where the system grants them.
  static Expected<Mapping> anonymous(size_t bytes);
  /// All of the file, which peers may map too.
  static Expected<Mapping> ofFile(int fd, size_t bytes);

  std::byte *data() const { return base; }
  size_t size() const { return length; }

  /// Makes every page exist now, on huge pages where the system grants them:
  /// missing memory is an error here and not a SIGBUS in a step.
  Status populate();

private:
  static Expected<Mapping> map(size_t bytes, int flags, int fd);

  std::byte *base = nullptr;
  size_t length = 0; ///< a multiple of 2 MiB
};

} // namespace sft::rt
