#include "runtime/base/File.h"
#include "runtime/base/Log.h"
#include "runtime/checkpoint/Agreement.h"
#include "runtime/checkpoint/Manifest.h"

#include <algorithm>
#include <filesystem>
#include <set>

namespace fs = std::filesystem;

namespace sft::rt {
namespace {

constexpr size_t kDifferencesShown = 10;

/// One folder with a checkpoint, as one rank sees it.
class Candidate {
public:
  Candidate(std::string folder, std::span<const TensorSlice> slices,
            Communicator &world)
      : folder(std::move(folder)), slices(slices), world(world) {}

  /// Collective; the same answer on all ranks.
  Expected<RunState> load(const CheckpointIdentity &identity) {
    SFT_RETURN_IF_ERROR(agree(world, readManifest()));
    SFT_RETURN_IF_ERROR(checkModel(identity));
    for (const TensorSlice &slice : slices) {
      slice.clearPadding();
    }
    SFT_RETURN_IF_ERROR(agree(world, readFiles()));
    return manifest.state;
  }

private:
  Status readManifest() {
    SFT_ASSIGN_OR_RETURN(
        FileContent file,
        readWholeFile(folder + "/manifest.json", kMaxManifestBytes, false));
    std::string_view text(reinterpret_cast<const char *>(file.data.get()),
                          file.size);
    SFT_ASSIGN_OR_RETURN(manifest, Manifest::fromJson(text));
    return stepName(manifest.state.step) == fs::path(folder).filename()
               ? Status()
               : Status::error(Code::Data, 512,
                               format("manifest is of step %llu",
                                      (unsigned long long)manifest.state.step));
  }

  static std::string describe(const std::string &tensor, DataType type,
                              const std::vector<int64_t> &dims) {
    std::string text = tensor + ": " + name(type);
    for (int64_t dim : dims) {
      text += format("x%lld", (long long)dim);
    }
    return text + "\n";
  }

  /// What this rank needs of the model, one line a tensor.
  std::string described() const {
    std::string text;
    for (const TensorSlice &slice : slices) {
      text += describe(slice.name, slice.type, slice.globalDims);
    }
    return text;
  }

  static void addLines(const std::string &text, std::set<std::string> &lines) {
    for (size_t at = 0, end; (end = text.find('\n', at)) != text.npos;
         at = end + 1) {
      lines.insert(text.substr(at, end - at));
    }
  }

  /// Config (78) with what differs, unless the tensors of all ranks together
  /// are those of the checkpoint.
  Status checkModel(const CheckpointIdentity &identity) {
    SFT_ASSIGN_OR_RETURN(std::vector<std::string> texts,
                         gatherTexts(world, described()));
    std::set<std::string> plan, stored;
    for (const std::string &text : texts) {
      addLines(text, plan);
    }
    for (const auto &[name, tensor] : manifest.tensors) {
      addLines(describe(name, tensor.type, tensor.dims), stored);
    }
    if (plan != stored) {
      return differences(plan, stored);
    }
    return identity.modelFingerprint == manifest.identity.modelFingerprint
               ? Status()
               : anotherModel("its fingerprint differs");
  }

  Status differences(const std::set<std::string> &plan,
                     const std::set<std::string> &stored) const {
    std::vector<std::string> lines;
    for (const std::string &line : plan) {
      if (!stored.contains(line)) {
        lines.push_back("missing " + line);
      }
    }
    for (const std::string &line : stored) {
      if (!plan.contains(line)) {
        lines.push_back("unexpected " + line);
      }
    }
    std::string text;
    for (size_t i = 0; i < std::min(lines.size(), kDifferencesShown); ++i) {
      text += (i ? "; " : "") + lines[i];
    }
    return anotherModel(text);
  }

  Status anotherModel(const std::string &why) const {
    return Status::error(Code::Config, 513,
                         "checkpoint " + folder +
                             " is of another model: " + why);
  }

  /// Reads the files that hold a part of this rank's slices, and, so that
  /// every file is verified by somebody, those whose turn it is.
  Status readFiles() {
    for (size_t file = 0; file < manifest.files.size(); ++file) {
      bool turn = file % size_t(world.size()) == size_t(world.rank());
      if (turn || needed(file)) {
        SFT_RETURN_IF_ERROR(readFile(file));
      }
    }
    return {};
  }

  bool needed(size_t file) const {
    return std::any_of(slices.begin(), slices.end(), [&](auto &slice) {
      const ManifestTensor &tensor = manifest.tensors.at(slice.name);
      return std::any_of(
          tensor.slices.begin(), tensor.slices.end(), [&](auto &stored) {
            return stored.file == file &&
                   intersect(stored.box, slice.box()).elements() != 0;
          });
    });
  }

  Status damaged(const ManifestFile &file, const std::string &why) const {
    return Status::error(Code::Data, 514, file.name + " is damaged: " + why);
  }

  Status readFile(size_t index) {
    const ManifestFile &file = manifest.files[index];
    SFT_ASSIGN_OR_RETURN(
        FileContent content,
        readWholeFile(folder + "/" + file.name, file.bytes, false));
    if (content.size != file.bytes) {
      return damaged(file, format("%zu bytes instead of %llu", content.size,
                                  (unsigned long long)file.bytes));
    }
    if (hex(hash128(content.bytes())) != file.hash) {
      return damaged(file, "its hash differs");
    }
    Expected<Dataset> tensors = readSafetensors(content.bytes());
    if (!tensors) {
      return tensors.takeError().withContext(file.name);
    }
    return takeTensors(index, *tensors);
  }

  Status takeTensors(size_t file, const Dataset &stored) {
    for (const TensorSlice &slice : slices) {
      for (const ManifestSlice &part : manifest.tensors.at(slice.name).slices) {
        if (part.file == file) {
          SFT_RETURN_IF_ERROR(takeTensor(slice, part, stored));
        }
      }
    }
    return {};
  }

  Status takeTensor(const TensorSlice &slice, const ManifestSlice &part,
                    const Dataset &stored) {
    const DenseArray *array = stored.findDense(slice.name);
    if (!array || array->dims != part.box.size || array->type != slice.type) {
      return damaged(manifest.files[part.file], "tensor \"" + slice.name +
                                                    "\" is not as the manifest "
                                                    "says");
    }
    copyOverlap(part.box, array->data, slice.box(),
                static_cast<std::byte *>(slice.data), sizeOf(slice.type));
    return {};
  }

  std::string folder;
  std::span<const TensorSlice> slices;
  Communicator &world;
  Manifest manifest;
};

/// Folders to try, newest first, one a line; rank 0's view for all ranks.
std::string listCandidates(const std::string &directory) {
  if (stepOfName(fs::path(directory).filename())) {
    return directory + "\n";
  }
  std::vector<uint64_t> steps;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    if (auto step = stepOfName(at->path().filename())) {
      steps.push_back(*step);
    }
  }
  std::sort(steps.rbegin(), steps.rend());
  std::string text;
  for (uint64_t step : steps) {
    text += directory + "/" + stepName(step) + "\n";
  }
  return text;
}

std::vector<std::string> linesOf(const std::string &text) {
  std::vector<std::string> lines;
  for (size_t at = 0, end; (end = text.find('\n', at)) != text.npos;
       at = end + 1) {
    lines.push_back(text.substr(at, end - at));
  }
  return lines;
}

} // namespace

Expected<RunState> resume(const std::string &path,
                          const CheckpointIdentity &identity,
                          std::span<const TensorSlice> slices,
                          Communicator &world) {
  std::string directory = path;
  while (directory.size() > 1 && directory.ends_with('/')) {
    directory.pop_back();
  }
  SFT_ASSIGN_OR_RETURN(
      std::string candidates,
      broadcastText(world, world.rank() == 0 ? listCandidates(directory) : ""));
  bool named = stepOfName(fs::path(directory).filename()).has_value();
  for (const std::string &folder : linesOf(candidates)) {
    Expected<RunState> state = Candidate(folder, slices, world).load(identity);
    bool damaged = !state.ok() && (state.status().code() == Code::Data ||
                                   state.status().code() == Code::NoInput);
    if (!damaged || named) {
      return state.ok() ? std::move(state)
                        : state.takeError().withContext(folder);
    }
    if (world.rank() == 0) {
      logWarning(510, "ignoring damaged checkpoint " + folder + ": " +
                          state.status().message());
    }
  }
  return candidates.empty()
             ? Status::error(Code::NoInput, 515,
                             "no checkpoint in " + directory)
             : Status::error(Code::Data, 516,
                             "no undamaged checkpoint in " + directory);
}

} // namespace sft::rt
