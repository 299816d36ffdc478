#include "runtime/plan/PlanFile.h"

#include "runtime/plan/PlanHash.h"
#include "runtime/plan/Verify.h"
#include "runtime/plan/plan_generated.h"

#include <cerrno>
#include <cinttypes>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sft::rt {
namespace {

using namespace verify;

/// A file descriptor that closes itself.
struct Descriptor {
  int fd;
  ~Descriptor() { ::close(fd); }
};

Status checkFile(int fd, uint64_t &size) {
  struct stat info;
  if (::fstat(fd, &info) != 0) {
    return Status::error(Code::NoInput, CannotRead, std::strerror(errno));
  }
  if (!S_ISREG(info.st_mode)) {
    return malformed(NotRegular, "not a regular file");
  }
  size = uint64_t(info.st_size);
  if (size < sizeof(PlanHeader)) {
    return malformed(TooShort,
                     format("too short for a plan: %" PRIu64 " bytes", size));
  }
  if (size > kMaxPlanBytes) {
    return malformed(BadSize, format("%" PRIu64 " bytes are more than a plan "
                                     "may have (%" PRIu64 ")",
                                     size, kMaxPlanBytes));
  }
  return {};
}

Status readAll(int fd, std::span<std::byte> out) {
  for (size_t done = 0; done < out.size();) {
    ssize_t got =
        ::pread(fd, out.data() + done, out.size() - done, off_t(done));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return Status::error(Code::NoInput, CannotRead,
                           got ? std::strerror(errno) : "shrinks while read");
    }
    done += size_t(got);
  }
  return {};
}

Expected<std::vector<std::byte>> readFile(const std::string &path) {
  // Not to hang on a FIFO, and not to leak into launched processes.
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.fd < 0) {
    return Status::error(Code::NoInput, CannotRead, std::strerror(errno));
  }
  uint64_t size = 0;
  SFT_RETURN_IF_ERROR(checkFile(file.fd, size));
  std::vector<std::byte> bytes(size);
  SFT_RETURN_IF_ERROR(readAll(file.fd, bytes));
  return bytes;
}

PlanHeader headerOf(std::span<const std::byte> bytes) {
  PlanHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  return header;
}

std::string producerOf(const PlanHeader &header) {
  size_t length = strnlen(header.producer.data(), header.producer.size());
  return {header.producer.data(), length};
}

Status checkVersion(const PlanHeader &header) {
  if (header.major != kPlanMajor) {
    return Status::error(
        Code::Config, BadVersion,
        format("plan format %u.%u, made by sftc %s; this sft reads %u.x: "
               "compile the model again with its own sftc",
               header.major, header.minor, producerOf(header).c_str(),
               kPlanMajor));
  }
  if (header.features != 0) {
    return Status::error(
        Code::Config, BadFeature,
        format("plan format %u.%u, made by sftc %s, needs features 0x%" PRIx64
               " that this sft (%u.%u) does not have",
               header.major, header.minor, producerOf(header).c_str(),
               header.features, kPlanMajor, kPlanMinor));
  }
  return {};
}

/// Magic, size and hash come before the version: their places never change,
/// and a damaged version number is damage.
Status checkHeader(std::span<const std::byte> bytes) {
  if (bytes.size() < sizeof(PlanHeader)) {
    return malformed(TooShort,
                     format("too short for a plan: %zu bytes", bytes.size()));
  }
  PlanHeader header = headerOf(bytes);
  if (std::memcmp(header.magic.data(), kPlanMagic, 8) != 0) {
    return malformed(NotAPlan, "not an sft plan");
  }
  if (header.fileBytes != bytes.size()) {
    return malformed(BadSize, format("size in header is %" PRIu64
                                     " bytes, the file has %zu: damaged or "
                                     "cut in transfer",
                                     header.fileBytes, bytes.size()));
  }
  if (header.hash != hashPlanFile(bytes)) {
    return malformed(BadHash, "content hash mismatch: the file is damaged");
  }
  return checkVersion(header);
}

Status checkSections(const PlanHeader &header) {
  bool fits = header.headerBytes == sizeof(PlanHeader) &&
              header.planOffset >= sizeof(PlanHeader) &&
              header.planOffset % kPlanAlignment == 0 &&
              header.planOffset <= header.fileBytes &&
              header.planBytes <= header.fileBytes - header.planOffset &&
              header.planBytes < FLATBUFFERS_MAX_BUFFER_SIZE;
  return fits ? Status()
              : malformed(BadSize, "sections in the header do not fit");
}

/// `data` and `size` are the FlatBuffer.
Status checkFlatBuffer(const uint8_t *data, size_t size) {
  if (size < 8 || !fb::PlanBufferHasIdentifier(data)) {
    return malformed(BadFlatBuffer, "not an sft plan behind the header");
  }
  flatbuffers::Verifier::Options options;
  // The schema nests less than ten deep. No plan shares tables, so that there
  // are no more of them than their smallest size allows.
  options.max_depth = 16;
  options.max_tables = flatbuffers::uoffset_t(size / 4);
  flatbuffers::Verifier verifier(data, size, options);
  if (!fb::VerifyPlanBuffer(verifier)) {
    return malformed(BadFlatBuffer, "the plan's tables are malformed");
  }
  return {};
}

Status checkBlobsBehind(const fb::Plan &plan, uint64_t planEnd) {
  for (const fb::Blob *blob : *plan.blobs()) {
    if (blob->offset() < planEnd) {
      return malformed(BadBlob, "a blob lies inside the plan's tables");
    }
  }
  return {};
}

} // namespace

Expected<std::unique_ptr<PlanFile>> PlanFile::load(const std::string &path) {
  Expected<std::vector<std::byte>> bytes = readFile(path);
  if (!bytes) {
    return bytes.takeError().withContext(path);
  }
  Expected<std::unique_ptr<PlanFile>> file = fromBytes(std::move(*bytes));
  if (!file) {
    return file.takeError().withContext(path);
  }
  (*file)->path_ = path;
  return file;
}

Expected<std::unique_ptr<PlanFile>>
PlanFile::fromBytes(std::vector<std::byte> bytes) {
  SFT_RETURN_IF_ERROR(checkHeader(bytes));
  PlanHeader header = headerOf(bytes);
  SFT_RETURN_IF_ERROR(checkSections(header));
  auto *data =
      reinterpret_cast<const uint8_t *>(bytes.data() + header.planOffset);
  SFT_RETURN_IF_ERROR(checkFlatBuffer(data, header.planBytes));

  std::unique_ptr<PlanFile> file(new PlanFile);
  file->bytes = std::move(bytes);
  file->root = fb::GetPlan(data);
  SFT_RETURN_IF_ERROR(
      checkBlobsBehind(*file->root, header.planOffset + header.planBytes));
  SFT_RETURN_IF_ERROR(verifyPlan(*file->root, header.fileBytes));
  return file;
}

std::span<const std::byte> PlanFile::blob(uint32_t index) const {
  const fb::Blob &blob = *root->blobs()->Get(index);
  return std::span(bytes).subspan(blob.offset(), blob.bytes());
}

std::string PlanFile::digest() const {
  std::string text;
  for (uint8_t byte : headerOf(bytes).hash) {
    text += format("%02x", byte);
  }
  return text;
}

uint16_t PlanFile::minorVersion() const { return headerOf(bytes).minor; }

} // namespace sft::rt
