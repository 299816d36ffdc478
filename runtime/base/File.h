//===- File.h - Whole files in, whole files out -----------------*- C++ -*-===//
//
// Input is read with read(2), never mapped: a file that shrinks while it is
// read is an error and not a SIGBUS. Output appears under its name only when
// it is complete and synced.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/base/Status.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

namespace sft::rt {

/// The content of a file; 16-byte aligned, shared by all that point into it.
struct FileContent {
  std::shared_ptr<std::byte[]> data;
  size_t size = 0;

  std::span<const std::byte> bytes() const { return {data.get(), size}; }
};

/// Reads a regular file. NoInput (66, SFT0240) where it is missing, unreadable
/// or not a regular file; Data (65, SFT0241) where it is larger than
/// `maxBytes`, before anything is allocated; Io (74, SFT0242) where it changes
/// or fails while being read. `followLinks` false refuses a symbolic link.
Expected<FileContent> readWholeFile(const std::string &path, uint64_t maxBytes,
                                    bool followLinks = true);

/// XXH3-128, big-endian as the xxhash tools print it.
using Hash128 = std::array<uint8_t, 16>;
Hash128 hash128(std::span<const std::byte> bytes);
/// 32 lower case digits.
std::string hex(const Hash128 &hash);

/// A new file, hashed while it is written. Passes the failpoints "file.write"
/// and "file.sync".
class FileWriter {
public:
  /// Creates `path` (mode 0600), which must not exist. CannotCreate (73,
  /// SFT0540) with errno's text.
  static Expected<FileWriter> create(const std::string &path);
  FileWriter(FileWriter &&other) noexcept;
  FileWriter &operator=(FileWriter &&) = delete;
  ~FileWriter(); ///< closes; the file stays

  /// Io (74, SFT0541) with errno's text, here and below.
  Status write(std::span<const std::byte> bytes);
  Status write(std::string_view text) {
    return write(std::as_bytes(std::span(text)));
  }
  /// To the disk. A failure is final: never tried again on the same file.
  Status sync();
  /// Gives the file the mode that the process's umask grants new files.
  Status publishMode();

  uint64_t bytes() const { return written; }
  Hash128 hash() const;

private:
  struct State;
  FileWriter(std::string path, int fd);
  std::string path;
  int fd;
  uint64_t written = 0;
  std::unique_ptr<State> state;
};

/// Lets `fill` write a temporary beside `path`, syncs it, renames it to `path`
/// and syncs the folder. On failure the old file stays whole and the temporary
/// is gone. Mode as of any new file.
Status writeFileAtomically(const std::string &path,
                           const std::function<Status(FileWriter &)> &fill);

/// fsync of a folder, so that a rename in it lasts.
Status syncFolder(const std::string &path);

} // namespace sft::rt
