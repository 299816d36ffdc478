#include "runtime/checkpoint/Manifest.h"

#include "runtime/base/File.h"
#include "runtime/data/Elements.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <limits>

namespace sft::rt {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 16;

Status malformed(const std::string &what) {
  return Status::error(Code::Data, 512, "manifest: " + what);
}

std::string dump(const json &value) {
  return value.dump(1, ' ', false, json::error_handler_t::replace);
}

std::string hashOf(const json &body) {
  std::string text = dump(body);
  return hex(hash128(std::as_bytes(std::span(text))));
}

constexpr DataType kTypes[] = {DataType::F32, DataType::F64, DataType::BF16,
                               DataType::I8,  DataType::I32, DataType::I64};

std::optional<DataType> typeOfName(const std::string &text) {
  auto at = std::find_if(std::begin(kTypes), std::end(kTypes),
                         [&](DataType type) { return text == name(type); });
  return at == std::end(kTypes) ? std::nullopt : std::optional(*at);
}

/// Reads fields of JSON objects; remembers whether all were there, so that the
/// callers need not look after each.
class Reader {
public:
  bool good = true;

  const json &at(const json &object, const char *key) {
    static const json null;
    auto found = object.find(key);
    bool there = object.is_object() && found != object.end();
    good &= there;
    return there ? *found : null;
  }
  std::string text(const json &object, const char *key) {
    const json &value = at(object, key);
    good &= value.is_string();
    return value.is_string() ? value.get<std::string>() : "";
  }
  uint64_t number(const json &object, const char *key) {
    const json &value = at(object, key);
    good &= value.is_number_unsigned();
    return value.is_number_unsigned() ? value.get<uint64_t>() : 0;
  }
  bool boolean(const json &object, const char *key) {
    const json &value = at(object, key);
    good &= value.is_boolean();
    return value.is_boolean() && value.get<bool>();
  }
  std::vector<int64_t> dims(const json &object, const char *key) {
    const json &list = at(object, key);
    std::vector<int64_t> values;
    good &= list.is_array();
    for (const json &value : list) {
      bool fits = value.is_number_unsigned() &&
                  value.get<uint64_t>() <= uint64_t(1) << 61;
      good &= fits;
      values.push_back(fits ? value.get<int64_t>() : 0);
    }
    return values;
  }
};

bool plainName(const std::string &name) {
  return !name.empty() && name[0] != '.' &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return std::isalnum(c) || c == '.' || c == '_' || c == '-';
         });
}

json tensorJson(const ManifestTensor &tensor,
                const std::vector<ManifestFile> &files) {
  json slices = json::array();
  for (const ManifestSlice &slice : tensor.slices) {
    slices.push_back({{"file", files[slice.file].name},
                      {"offset", slice.box.offset},
                      {"size", slice.box.size}});
  }
  return {
      {"dtype", name(tensor.type)}, {"shape", tensor.dims}, {"slices", slices}};
}

Status readHeader(Reader &reader, const json &body, Manifest &manifest) {
  uint64_t version = reader.number(body, "format_version");
  if (reader.good && version != uint64_t(kManifestVersion)) {
    return malformed(format("format_version %llu is not known; this build "
                            "reads %d",
                            (unsigned long long)version, kManifestVersion));
  }
  RunState &state = manifest.state;
  state.step = reader.number(body, "step");
  const json &cursor = reader.at(body, "data_cursor");
  state.epoch = reader.number(cursor, "epoch");
  state.batch = reader.number(cursor, "batch");
  state.seed = reader.number(cursor, "seed");
  state.shuffle = reader.boolean(cursor, "shuffle");
  CheckpointIdentity &identity = manifest.identity;
  identity.planDigest = reader.text(body, "plan_digest");
  identity.modelFingerprint = reader.number(body, "model_fingerprint");
  identity.mesh = reader.text(body, "mesh");
  identity.ranks = int(reader.number(body, "ranks"));
  return reader.good ? Status() : malformed("a field is missing or mistyped");
}

Status readFiles(Reader &reader, const json &body, Manifest &manifest) {
  for (const json &entry : reader.at(body, "files")) {
    ManifestFile file{reader.text(entry, "name"),
                      reader.text(entry, "xxh3_128"),
                      reader.number(entry, "bytes")};
    if (!plainName(file.name)) {
      return malformed("file name \"" + file.name +
                       "\" is not a name in the checkpoint's folder");
    }
    manifest.files.push_back(std::move(file));
  }
  return reader.good ? Status() : malformed("a file entry is mistyped");
}

Status readSlice(Reader &reader, const json &entry, const Manifest &manifest,
                 const std::string &name, ManifestTensor &tensor) {
  std::string file = reader.text(entry, "file");
  auto at = std::find_if(manifest.files.begin(), manifest.files.end(),
                         [&](auto &known) { return known.name == file; });
  ManifestSlice slice{
      size_t(at - manifest.files.begin()),
      {reader.dims(entry, "offset"), reader.dims(entry, "size")}};
  bool inside = reader.good && at != manifest.files.end() &&
                slice.box.offset.size() == tensor.dims.size() &&
                slice.box.size.size() == tensor.dims.size();
  for (size_t d = 0; inside && d < tensor.dims.size(); ++d) {
    inside = slice.box.offset[d] + slice.box.size[d] <= tensor.dims[d];
  }
  tensor.slices.push_back(std::move(slice));
  return inside ? Status()
                : malformed("tensor \"" + name +
                            "\": a slice lies outside, or in no file");
}

/// Slices must tile the tensor: none overlap, and their elements add up.
Status checkTiling(const std::string &name, const ManifestTensor &tensor) {
  int64_t elements = 0;
  for (size_t i = 0; i < tensor.slices.size(); ++i) {
    elements += tensor.slices[i].box.elements();
    for (size_t k = 0; k < i; ++k) {
      if (intersect(tensor.slices[i].box, tensor.slices[k].box).elements()) {
        return malformed("tensor \"" + name + "\": slices overlap");
      }
    }
  }
  return uint64_t(elements) == elementCount(tensor.dims)
             ? Status()
             : malformed("tensor \"" + name + "\": slices do not cover it");
}

Status readTensor(Reader &reader, const std::string &name, const json &entry,
                  Manifest &manifest) {
  ManifestTensor tensor;
  std::optional<DataType> type = typeOfName(reader.text(entry, "dtype"));
  tensor.dims = reader.dims(entry, "shape");
  if (!reader.good || !type || !elementCount(tensor.dims)) {
    return malformed("tensor \"" + name + "\": dtype or shape is unreadable");
  }
  tensor.type = *type;
  for (const json &slice : reader.at(entry, "slices")) {
    SFT_RETURN_IF_ERROR(readSlice(reader, slice, manifest, name, tensor));
  }
  SFT_RETURN_IF_ERROR(checkTiling(name, tensor));
  manifest.tensors.emplace(name, std::move(tensor));
  return {};
}

} // namespace

std::string Manifest::toJson() const {
  json body = {{"format_version", unsigned(kManifestVersion)},
               {"created_by", "sft-run"},
               {"step", state.step},
               {"plan_digest", identity.planDigest},
               {"model_fingerprint", identity.modelFingerprint},
               {"mesh", identity.mesh},
               {"ranks", unsigned(identity.ranks)},
               {"data_cursor",
                {{"epoch", state.epoch},
                 {"batch", state.batch},
                 {"seed", state.seed},
                 {"shuffle", state.shuffle}}},
               {"files", json::array()},
               {"tensors", json::object()}};
  for (const ManifestFile &file : files) {
    body["files"].push_back(
        {{"name", file.name}, {"bytes", file.bytes}, {"xxh3_128", file.hash}});
  }
  for (const auto &[name, tensor] : tensors) {
    body["tensors"][name] = tensorJson(tensor, files);
  }
  std::string hash = hashOf(body);
  body["manifest_xxh3_128"] = hash;
  return dump(body);
}

Expected<Manifest> Manifest::fromJson(std::string_view text) {
  // What is nested deeper is dropped (dump() recurses); the hash then differs.
  auto shallow = [](int depth, json::parse_event_t, json &) {
    return depth <= kMaxDepth;
  };
  json body = json::parse(text, shallow, /*allow_exceptions=*/false);
  if (!body.is_object()) {
    return malformed("not a JSON object");
  }
  Reader reader;
  std::string hash = reader.text(body, "manifest_xxh3_128");
  body.erase("manifest_xxh3_128");
  Manifest manifest;
  SFT_RETURN_IF_ERROR(readHeader(reader, body, manifest));
  if (hash != hashOf(body)) {
    return malformed("its own hash differs: it is damaged");
  }
  SFT_RETURN_IF_ERROR(readFiles(reader, body, manifest));
  for (const auto &[name, entry] : reader.at(body, "tensors").items()) {
    SFT_RETURN_IF_ERROR(readTensor(reader, name, entry, manifest));
  }
  return reader.good ? Expected<Manifest>(std::move(manifest))
                     : malformed("a field is missing or mistyped");
}

std::string stepName(uint64_t step) {
  return format("step-%08llu", (unsigned long long)step);
}

std::optional<uint64_t> stepOfName(const std::string &name) {
  uint64_t step = 0;
  if (!name.starts_with("step-") || name.size() < 13) {
    return std::nullopt;
  }
  const char *end = name.data() + name.size();
  auto [stop, error] = std::from_chars(name.data() + 5, end, step);
  return error == std::errc() && stop == end ? std::optional(step)
                                             : std::nullopt;
}

} // namespace sft::rt
