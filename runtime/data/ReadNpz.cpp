// Zip archives of .npy members, as numpy.savez and savez_compressed write them.
// Format: PKWARE APPNOTE 6.3.3, sections 4.3.7, 4.3.12 and 4.3.16. Only the
// central directory is believed; of local headers only their length is used.
#include "runtime/data/Dataset.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>
#include <zlib.h>

namespace sft::rt {
namespace {

constexpr uint64_t kMaxRatio = 1000;
constexpr size_t kMaxMembers = 65535;
enum Method : uint16_t { Stored = 0, Deflated = 8 };

Status malformed(const std::string &what) {
  return Status::error(Code::Data, 211, "npz: " + what);
}

/// Little-endian fields at offsets of a record whose length was checked.
class Record {
public:
  explicit Record(std::span<const std::byte> bytes) : bytes(bytes) {}
  uint16_t u16(size_t at) const { return read<uint16_t>(at); }
  uint32_t u32(size_t at) const { return read<uint32_t>(at); }

private:
  template <typename T> T read(size_t at) const {
    T value;
    std::memcpy(&value, bytes.data() + at, sizeof(T));
    return value;
  }
  std::span<const std::byte> bytes;
};

struct Member {
  std::string name;
  uint16_t flags, method;
  uint32_t crc;
  uint64_t packedBytes, bytes, headerOffset;
  uint64_t dataOffset = 0;
};

constexpr size_t kEndBytes = 22, kEntryBytes = 46, kLocalBytes = 30;

/// The end-of-directory record: the last one, as a comment may follow it.
Expected<size_t> findEnd(std::span<const std::byte> file) {
  size_t lowest =
      file.size() > kEndBytes + 65535 ? file.size() - kEndBytes - 65535 : 0;
  for (size_t at = file.size() < kEndBytes ? 0 : file.size() - kEndBytes + 1;
       at-- > lowest;) {
    if (std::memcmp(file.data() + at, "PK\5\6", 4) == 0) {
      return at;
    }
  }
  return malformed("no central directory; the file is cut or no zip archive");
}

Status checkName(const std::string &name) {
  if (name.ends_with("data.pkl")) {
    return Status::error(Code::Data, 201,
                         "this is a PyTorch archive: pickle is not supported; "
                         "convert to safetensors");
  }
  if (name.find_first_of(std::string_view("/\\\0", 3)) != name.npos ||
      name.find("..") != name.npos) {
    return malformed("member name \"" + name + "\" is a path");
  }
  return name.ends_with(".npy") && name.size() > 4
             ? Status()
             : malformed("member \"" + name + "\" is not an array (.npy)");
}

Status checkMember(const Member &member) {
  SFT_RETURN_IF_ERROR(checkName(member.name));
  if (member.flags & 1) {
    return malformed("member \"" + member.name + "\" is encrypted");
  }
  if (member.method != Stored && member.method != Deflated) {
    return malformed(format("member \"%s\" uses compression method %d; stored "
                            "and deflated are supported",
                            member.name.c_str(), member.method));
  }
  if (member.bytes == UINT32_MAX || member.packedBytes == UINT32_MAX ||
      member.headerOffset == UINT32_MAX) {
    return malformed("zip64 members (4 GiB and more) are not supported; save "
                     "the arrays as .safetensors");
  }
  if (member.method == Stored && member.bytes != member.packedBytes) {
    return malformed("member \"" + member.name + "\": sizes disagree");
  }
  // Small members may well compress better than that: a megabyte of zeros.
  if (member.bytes > (uint64_t(1) << 20) &&
      member.bytes / kMaxRatio > member.packedBytes) {
    return malformed("member \"" + member.name +
                     "\" expands more than 1000 times");
  }
  return {};
}

/// Reads one entry of the directory and cuts it off.
Expected<Member> takeEntry(std::span<const std::byte> &directory) {
  if (directory.size() < kEntryBytes ||
      std::memcmp(directory.data(), "PK\1\2", 4) != 0) {
    return malformed("central directory is damaged");
  }
  Record record(directory);
  size_t nameBytes = record.u16(28);
  size_t rest = nameBytes + record.u16(30) + record.u16(32);
  if (directory.size() - kEntryBytes < rest) {
    return malformed("central directory is cut");
  }
  Member member{std::string(reinterpret_cast<const char *>(directory.data()) +
                                kEntryBytes,
                            nameBytes),
                record.u16(8),
                record.u16(10),
                record.u32(16),
                record.u32(20),
                record.u32(24),
                record.u32(42)};
  directory = directory.subspan(kEntryBytes + rest);
  SFT_RETURN_IF_ERROR(checkMember(member));
  return member;
}

Expected<std::vector<Member>> readDirectory(std::span<const std::byte> file) {
  SFT_ASSIGN_OR_RETURN(size_t end, findEnd(file));
  Record record(file.subspan(end));
  uint64_t count = record.u16(10), bytes = record.u32(12),
           offset = record.u32(16);
  if (count == kMaxMembers || offset == UINT32_MAX) {
    return malformed("zip64 archives (4 GiB and more) are not supported; save "
                     "the arrays as .safetensors");
  }
  if (record.u16(4) != 0 || record.u16(8) != count || offset + bytes != end) {
    return malformed("central directory is not where it should be");
  }
  std::span<const std::byte> directory = file.subspan(offset, bytes);
  std::vector<Member> members;
  while (!directory.empty()) {
    SFT_ASSIGN_OR_RETURN(Member member, takeEntry(directory));
    members.push_back(std::move(member));
  }
  return members.size() == count
             ? Expected<std::vector<Member>>(std::move(members))
             : malformed("central directory has another number of members");
}

/// Finds each member's data and makes sure that no two share bytes: that is
/// how small archives expand without end.
Status locate(std::span<const std::byte> file, std::vector<Member> &members) {
  std::sort(members.begin(), members.end(),
            [](const Member &a, const Member &b) {
              return a.headerOffset < b.headerOffset;
            });
  uint64_t free = 0;
  for (Member &member : members) {
    uint64_t at = member.headerOffset;
    if (at < free || at + kLocalBytes > file.size() ||
        std::memcmp(file.data() + at, "PK\3\4", 4) != 0) {
      return malformed("member \"" + member.name +
                       "\" overlaps another or has no header");
    }
    Record local(file.subspan(at));
    member.dataOffset = at + kLocalBytes + local.u16(26) + local.u16(28);
    free = member.dataOffset + member.packedBytes;
    if (free > file.size()) {
      return malformed("member \"" + member.name + "\" is cut");
    }
  }
  return {};
}

Status checkTotals(const std::vector<Member> &members,
                   const ReadOptions &options) {
  std::vector<std::string_view> names;
  uint64_t total = 0;
  for (const Member &member : members) {
    names.push_back(member.name);
    total += member.bytes;
  }
  if (total > options.maxBytes) {
    return malformed(format("content of %llu bytes is over the limit of %llu",
                            (unsigned long long)total,
                            (unsigned long long)options.maxBytes));
  }
  std::sort(names.begin(), names.end());
  auto twice = std::adjacent_find(names.begin(), names.end());
  return twice == names.end() ? Status()
                              : malformed("member \"" + std::string(*twice) +
                                          "\" is there twice");
}

/// Deflate without a zlib header into exactly `out`. Sizes are below 4 GiB.
bool inflateAll(std::span<const std::byte> in, std::span<std::byte> out) {
  z_stream stream = {};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) {
    return false;
  }
  stream.next_in =
      reinterpret_cast<Bytef *>(const_cast<std::byte *>(in.data()));
  stream.avail_in = uInt(in.size());
  stream.next_out = reinterpret_cast<Bytef *>(out.data());
  stream.avail_out = uInt(out.size());
  int result = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  return result == Z_STREAM_END && stream.avail_out == 0 &&
         stream.avail_in == 0;
}

struct Unpacked {
  std::span<const std::byte> bytes;
  std::shared_ptr<const std::byte[]> storage; ///< null: bytes of the file
};

Expected<Unpacked> unpack(std::span<const std::byte> file,
                          const Member &member) {
  Unpacked out{file.subspan(member.dataOffset, member.packedBytes), nullptr};
  if (member.method == Deflated) {
    std::shared_ptr<std::byte[]> storage(
        new (std::nothrow) std::byte[std::max<uint64_t>(member.bytes, 1)]);
    if (!storage) {
      return Status::error(Code::Resources, 243,
                           "npz: no memory for \"" + member.name + "\"");
    }
    if (!inflateAll(out.bytes, {storage.get(), member.bytes})) {
      return malformed("member \"" + member.name + "\" does not inflate");
    }
    out = {{storage.get(), member.bytes}, storage};
  }
  uLong crc = crc32_z(0, reinterpret_cast<const Bytef *>(out.bytes.data()),
                      out.bytes.size());
  return crc == member.crc
             ? Expected<Unpacked>(std::move(out))
             : malformed("member \"" + member.name + "\": checksum differs");
}

Expected<DenseArray> readMember(std::span<const std::byte> file,
                                const Member &member) {
  SFT_ASSIGN_OR_RETURN(Unpacked unpacked, unpack(file, member));
  std::string name = member.name.substr(0, member.name.size() - 4);
  Expected<Dataset> one = readNpy(unpacked.bytes, name);
  if (!one) {
    return one.takeError().withContext("member \"" + member.name + "\"");
  }
  DenseArray array = std::move(one->dense[0]);
  if (!array.storage) {
    array.storage = std::move(unpacked.storage);
  }
  return array;
}

} // namespace

Expected<Dataset> readNpz(std::span<const std::byte> file,
                          const ReadOptions &options) {
  SFT_ASSIGN_OR_RETURN(std::vector<Member> members, readDirectory(file));
  SFT_RETURN_IF_ERROR(checkTotals(members, options));
  SFT_RETURN_IF_ERROR(locate(file, members));
  Dataset data;
  for (const Member &member : members) {
    SFT_ASSIGN_OR_RETURN(DenseArray array, readMember(file, member));
    data.dense.push_back(std::move(array));
  }
  return data;
}

} // namespace sft::rt
