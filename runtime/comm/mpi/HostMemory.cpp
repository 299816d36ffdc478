#include "runtime/comm/mpi/HostMemory.h"

#include "runtime/comm/Errors.h"

#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <sys/stat.h>
#include <unistd.h>

namespace sft::rt {

Expected<SharedMemory> SharedMemory::make(size_t bytes, bool sharing) {
  SharedMemory memory;
  if (!sharing) {
    SFT_ASSIGN_OR_RETURN(memory.mapping, Mapping::anonymous(bytes));
    return memory;
  }
  SFT_ASSIGN_OR_RETURN(memory.file, makeSharedFile(bytes));
  SFT_ASSIGN_OR_RETURN(memory.mapping,
                       Mapping::ofFile(memory.file.get(), bytes));
  return memory;
}

MemoryOffer SharedMemory::offer() const {
  struct stat info{};
  fstat(file.get(), &info);
  return {getpid(), file.get(), info.st_ino, mapping.size(),
          reinterpret_cast<uint64_t>(mapping.data())};
}

Expected<Mapping> mapOffer(const MemoryOffer &offer) {
  std::string path =
      format("/proc/%lld/fd/%lld", (long long)offer.pid, (long long)offer.fd);
  FileHandle file(open(path.c_str(), O_RDWR | O_CLOEXEC));
  struct stat info{};
  bool same = file.valid() && fstat(file.get(), &info) == 0 &&
              info.st_ino == offer.inode &&
              uint64_t(info.st_size) == offer.bytes;
  if (!same) {
    return Status::error(
        Code::Resources, SharedMemoryFailed,
        format("cannot share memory with process %lld: %s",
               (long long)offer.pid,
               file.valid() ? "it is in another container" : strerror(errno)));
  }
  return Mapping::ofFile(file.get(), offer.bytes);
}

uint64_t hostId() {
  std::string id;
  if (const char *given = getenv("SFT_MPI_HOST_ID")) {
    id = given;
  } else {
    std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  }
  return std::hash<std::string>()(id);
}

} // namespace sft::rt
