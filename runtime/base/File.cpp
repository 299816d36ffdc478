#include "runtime/base/File.h"

#include "runtime/base/Failpoint.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <new>
#include <random>
#include <sys/stat.h>
#include <unistd.h>

namespace sft::rt {
namespace {

/// Largest piece given to one read or write; Linux stops at 2 GiB anyway.
constexpr size_t kPiece = size_t(64) << 20;

class Descriptor {
public:
  explicit Descriptor(int fd) : fd(fd) {}
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  ~Descriptor() {
    if (fd >= 0) {
      close(fd);
    }
  }
  int get() const { return fd; }

private:
  int fd;
};

Status failure(Code code, int id, const char *verb, const std::string &path,
               int error) {
  return Status::error(code, id,
                       format("cannot %s \"%s\": %s", verb, path.c_str(),
                              std::generic_category().message(error).c_str()));
}

Status notRegular(const std::string &path, mode_t mode) {
  const char *kind = S_ISDIR(mode)    ? "a directory"
                     : S_ISFIFO(mode) ? "a pipe"
                     : S_ISCHR(mode)  ? "a device"
                                      : "no regular file";
  return Status::error(Code::NoInput, 240,
                       format("cannot read \"%s\": it is %s; only regular "
                              "files are read",
                              path.c_str(), kind));
}

/// The size of the regular file behind `fd`.
Expected<uint64_t> checkInput(int fd, const std::string &path,
                              uint64_t maxBytes) {
  struct stat info;
  if (fstat(fd, &info) != 0) {
    return failure(Code::NoInput, 240, "read", path, errno);
  }
  if (!S_ISREG(info.st_mode)) {
    return notRegular(path, info.st_mode);
  }
  uint64_t size = uint64_t(info.st_size);
  if (size > maxBytes) {
    return Status::error(
        Code::Data, 241,
        format("\"%s\" has %llu bytes, more than the limit of %llu",
               path.c_str(), (unsigned long long)size,
               (unsigned long long)maxBytes));
  }
  return size;
}

Status readFully(int fd, const std::string &path, FileContent &content) {
  for (size_t at = 0; at < content.size;) {
    size_t piece = std::min(kPiece, content.size - at);
    ssize_t got = read(fd, content.data.get() + at, piece);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return failure(Code::Io, 242, "read", path, errno);
    }
    if (got == 0) {
      return Status::error(Code::Io, 242,
                           format("\"%s\" became shorter while it was read: "
                                  "%zu of %zu bytes",
                                  path.c_str(), at, content.size));
    }
    at += size_t(got);
  }
  return {};
}

/// The process's umask, without setting it as umask(2) would.
mode_t currentUmask() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word == "Umask:" && status >> word) {
      return mode_t(std::stoul(word, nullptr, 8));
    }
  }
  return 077;
}

std::string folderOf(const std::string &path) {
  size_t slash = path.rfind('/');
  return slash == path.npos ? "." : path.substr(0, std::max<size_t>(slash, 1));
}

Status fillAndSync(FileWriter &file,
                   const std::function<Status(FileWriter &)> &fill) {
  SFT_RETURN_IF_ERROR(fill(file));
  SFT_RETURN_IF_ERROR(file.publishMode());
  return file.sync();
}

} // namespace

Expected<FileContent> readWholeFile(const std::string &path, uint64_t maxBytes,
                                    bool followLinks) {
  // O_NONBLOCK: opening a pipe without a writer must not wait for one.
  int flags =
      O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followLinks ? 0 : O_NOFOLLOW);
  Descriptor fd(open(path.c_str(), flags));
  if (fd.get() < 0) {
    return failure(Code::NoInput, 240, "open", path, errno);
  }
  SFT_ASSIGN_OR_RETURN(uint64_t size, checkInput(fd.get(), path, maxBytes));
  FileContent content;
  content.size = size;
  content.data.reset(new (std::nothrow) std::byte[std::max<uint64_t>(size, 1)]);
  if (!content.data) {
    return failure(Code::Resources, 243, "read", path, ENOMEM);
  }
  SFT_RETURN_IF_ERROR(readFully(fd.get(), path, content));
  return content;
}

namespace {

Hash128 canonical(XXH128_hash_t hash) {
  XXH128_canonical_t bytes;
  XXH128_canonicalFromHash(&bytes, hash);
  Hash128 out;
  std::memcpy(out.data(), bytes.digest, out.size());
  return out;
}

} // namespace

Hash128 hash128(std::span<const std::byte> bytes) {
  return canonical(XXH3_128bits(bytes.data(), bytes.size()));
}

std::string hex(const Hash128 &hash) {
  std::string text;
  for (uint8_t byte : hash) {
    text += format("%02x", byte);
  }
  return text;
}

struct FileWriter::State {
  XXH3_state_t hash;
};

FileWriter::FileWriter(std::string path, int fd)
    : path(std::move(path)), fd(fd), state(std::make_unique<State>()) {
  XXH3_128bits_reset(&state->hash);
}

FileWriter::FileWriter(FileWriter &&other) noexcept
    : path(std::move(other.path)), fd(std::exchange(other.fd, -1)),
      written(other.written), state(std::move(other.state)) {}

FileWriter::~FileWriter() { Descriptor closed(fd); }

Expected<FileWriter> FileWriter::create(const std::string &path) {
  int fd = open(path.c_str(),
                O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    return failure(Code::CannotCreate, 540, "create", path, errno);
  }
  return FileWriter(path, fd);
}

Status FileWriter::write(std::span<const std::byte> bytes) {
  FailAction fault = failpoint("file.write");
  if (fault == FailAction::Short) {
    [[maybe_unused]] ssize_t put = ::write(fd, bytes.data(), bytes.size() / 2);
  }
  if (int error = failErrno(fault)) {
    return failure(Code::Io, 541, "write", path, error);
  }
  XXH3_128bits_update(&state->hash, bytes.data(), bytes.size());
  written += bytes.size();
  while (!bytes.empty()) {
    ssize_t put = ::write(fd, bytes.data(), std::min(kPiece, bytes.size()));
    if (put < 0 && errno != EINTR) {
      return failure(Code::Io, 541, "write", path, errno);
    }
    bytes = bytes.subspan(size_t(std::max<ssize_t>(put, 0)));
  }
  return {};
}

Status FileWriter::sync() {
  int error = failErrno(failpoint("file.sync"));
  if (error == 0 && fsync(fd) != 0) {
    error = errno;
  }
  return error ? failure(Code::Io, 541, "sync", path, error) : Status();
}

Status FileWriter::publishMode() {
  return fchmod(fd, 0666 & ~currentUmask()) == 0
             ? Status()
             : failure(Code::Io, 541, "set the mode of", path, errno);
}

Hash128 FileWriter::hash() const {
  return canonical(XXH3_128bits_digest(&state->hash));
}

Status syncFolder(const std::string &path) {
  Descriptor fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  bool synced = fd.get() >= 0 && fsync(fd.get()) == 0;
  return synced ? Status() : failure(Code::Io, 541, "sync", path, errno);
}

Status writeFileAtomically(const std::string &path,
                           const std::function<Status(FileWriter &)> &fill) {
  std::string temporary =
      path + format(".tmp-%08x", unsigned(std::random_device()()));
  Status status;
  {
    SFT_ASSIGN_OR_RETURN(FileWriter file, FileWriter::create(temporary));
    status = fillAndSync(file, fill);
  }
  if (status.ok() && rename(temporary.c_str(), path.c_str()) != 0) {
    status = failure(Code::CannotCreate, 540, "create", path, errno);
  }
  if (!status.ok()) {
    unlink(temporary.c_str());
    return status;
  }
  return syncFolder(folderOf(path));
}

} // namespace sft::rt
