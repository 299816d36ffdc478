#include "runtime/base/Failpoint.h"
#include "runtime/base/File.h"
#include "runtime/base/Log.h"
#include "runtime/checkpoint/Agreement.h"
#include "runtime/checkpoint/Manifest.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <list>
#include <random>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace sft::rt {
namespace {

std::string errnoText(int error) {
  return std::generic_category().message(error);
}

Status cannotCreate(const std::string &path, const std::string &why) {
  return Status::error(
      Code::CannotCreate, 500,
      format("checkpoint directory \"%s\": %s", path.c_str(), why.c_str()));
}

Status ioError(const std::string &what, const std::string &why) {
  return Status::error(
      Code::Io, 501,
      format("checkpoint: cannot %s: %s", what.c_str(), why.c_str()));
}

/// Passes a failpoint; the injected error of those that fail the caller.
Status pass(const char *name) {
  int error = failErrno(failpoint(name));
  return error ? ioError(name, errnoText(error)) : Status();
}

/// The exclusive lock on a checkpoint directory. The kernel drops it when the
/// process dies, however it dies.
class DirectoryLock {
public:
  ~DirectoryLock() {
    if (fd >= 0) {
      close(fd);
    }
  }

  Status take(const std::string &directory) {
    std::string path = directory + "/.lock";
    fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
      return cannotCreate(directory, "cannot write: " + errnoText(errno));
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
      char owner[128] = {};
      bool known = pread(fd, owner, sizeof(owner) - 1, 0) > 0;
      return cannotCreate(directory, std::string("locked by ") +
                                         (known ? owner : "another job"));
    }
    return sign();
  }

private:
  /// Names the owner, for the message of whoever comes second.
  Status sign() {
    char host[65] = {};
    gethostname(host, sizeof(host) - 1);
    std::string text = format("process %d on %s", int(getpid()), host);
    bool signedNow =
        ftruncate(fd, 0) == 0 &&
        pwrite(fd, text.data(), text.size(), 0) == ssize_t(text.size());
    return signedNow ? Status() : ioError("write .lock", errnoText(errno));
  }

  int fd = -1;
};

bool isLeftover(const std::string &name) {
  return name.starts_with(".trash-") ||
         (name.starts_with("step-") && name.find(".tmp-") != name.npos);
}

/// Names in `directory` that pass `wanted`.
template <typename Wanted>
std::vector<std::string> list(const std::string &directory, Wanted wanted) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    std::string name = at->path().filename().string();
    if (wanted(name)) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

void warnOfLeftovers(const std::string &directory) {
  for (const std::string &name : list(directory, isLeftover)) {
    logWarning(510, "ignoring incomplete checkpoint " + directory + "/" + name +
                        "; the next save removes it");
  }
}

Status prepareDirectory(const std::string &directory, DirectoryLock &lock) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error || !fs::is_directory(directory, error)) {
    return cannotCreate(directory, error ? error.message() : "not a directory");
  }
  SFT_RETURN_IF_ERROR(lock.take(directory));
  warnOfLeftovers(directory);
  return {};
}

std::string shardName(int rank, int ranks) {
  return format("model-%05d-of-%05d.safetensors", rank + 1, ranks);
}

/// What a rank tells the others about the file that it wrote.
struct Shard {
  std::string file, hash;
  uint64_t bytes = 0;
  std::vector<const TensorSlice *> slices;
};

/// What of a slice is in the tensor; without what stands between, if need be
/// copied to `packed`.
TensorRef contentOf(const TensorSlice &slice,
                    std::list<std::vector<std::byte>> &packed) {
  Box held = slice.held();
  if (held.size == slice.size) {
    return {slice.name, slice.type, slice.size, slice.data};
  }
  size_t element = sizeOf(slice.type);
  auto &bytes = packed.emplace_back(size_t(held.elements()) * element);
  copyOverlap(slice.box(), static_cast<const std::byte *>(slice.data), held,
              bytes.data(), element);
  return {slice.name, slice.type, held.size, bytes.data()};
}

nlohmann::json toJson(const Shard &shard) {
  nlohmann::json slices = nlohmann::json::array();
  for (const TensorSlice *slice : shard.slices) {
    Box held = slice->held();
    slices.push_back({slice->name, int(slice->type), slice->globalDims,
                      held.offset, held.size});
  }
  return {{"name", shard.file},
          {"hash", shard.hash},
          {"bytes", shard.bytes},
          {"slices", slices}};
}

/// Adds a rank's file, as toJson described it, to the manifest.
void addShard(const std::string &text, Manifest &manifest) {
  nlohmann::json shard = nlohmann::json::parse(text);
  if (shard["slices"].empty()) {
    return;
  }
  for (const nlohmann::json &slice : shard["slices"]) {
    ManifestTensor &tensor = manifest.tensors[slice[0].get<std::string>()];
    tensor.type = DataType(slice[1].get<int>());
    tensor.dims = slice[2].get<std::vector<int64_t>>();
    tensor.slices.push_back({manifest.files.size(),
                             {slice[3].get<std::vector<int64_t>>(),
                              slice[4].get<std::vector<int64_t>>()}});
  }
  manifest.files.push_back(
      {shard["name"], shard["hash"], shard["bytes"].get<uint64_t>()});
}

class LocalCheckpointer final : public Checkpointer {
public:
  LocalCheckpointer(CheckpointOptions options, CheckpointIdentity identity,
                    Communicator &world)
      : options(std::move(options)), identity(std::move(identity)),
        world(world) {}

  Status lockDirectory() {
    Status mine;
    if (world.rank() == 0) {
      mine = prepareDirectory(options.directory, lock);
    }
    return agree(world, mine);
  }

  Status save(const RunState &state,
              std::span<const TensorSlice> slices) override {
    SFT_ASSIGN_OR_RETURN(std::string temporary, makeFolder(state));
    Status saved = saveInto(temporary, state, slices);
    if (!saved.ok() && world.rank() == 0) {
      std::error_code ignored;
      fs::remove_all(temporary, ignored);
    }
    return saved;
  }

private:
  /// Step 1 of the protocol: rank 0's folder, on all ranks.
  Expected<std::string> makeFolder(const RunState &state) {
    Status mine;
    std::string folder;
    if (world.rank() == 0) {
      folder = options.directory + "/" + stepName(state.step) +
               format(".tmp-%08x", unsigned(std::random_device()()));
      if (mkdir(folder.c_str(), 0700) != 0) {
        mine = ioError("create \"" + folder + "\"", errnoText(errno));
      } else {
        mine = pass("checkpoint.mkdir");
      }
    }
    SFT_RETURN_IF_ERROR(agree(world, mine));
    return broadcastText(world, folder);
  }

  /// Steps 2 to 8.
  Status saveInto(const std::string &folder, const RunState &state,
                  std::span<const TensorSlice> slices) {
    Shard shard;
    SFT_RETURN_IF_ERROR(agree(world, writeShard(folder, slices, shard)));
    SFT_ASSIGN_OR_RETURN(std::vector<std::string> shards,
                         gatherTexts(world, toJson(shard).dump()));
    Status mine;
    if (world.rank() == 0) {
      mine = commit(folder, state, shards);
    }
    return agree(world, mine);
  }

  /// Step 2: this rank's file, if there is anything for it to write.
  Status writeShard(const std::string &folder,
                    std::span<const TensorSlice> slices, Shard &shard) {
    std::vector<TensorRef> tensors;
    std::list<std::vector<std::byte>> packed;
    for (const TensorSlice &slice : slices) {
      if (slice.writer) {
        shard.slices.push_back(&slice);
        tensors.push_back(contentOf(slice, packed));
      }
    }
    if (tensors.empty()) {
      return {};
    }
    shard.file = shardName(world.rank(), world.size());
    SFT_ASSIGN_OR_RETURN(FileWriter file,
                         FileWriter::create(folder + "/" + shard.file));
    SFT_RETURN_IF_ERROR(writeSafetensorsTo(file, tensors, {{"format", "pt"}}));
    SFT_RETURN_IF_ERROR(file.sync());
    shard.bytes = file.bytes();
    shard.hash = hex(file.hash());
    return pass("checkpoint.synced");
  }

  /// Steps 4 to 8, on rank 0.
  Status commit(const std::string &folder, const RunState &state,
                const std::vector<std::string> &shards) {
    Manifest manifest;
    manifest.state = state;
    manifest.identity = identity;
    for (const std::string &shard : shards) {
      addShard(shard, manifest);
    }
    SFT_RETURN_IF_ERROR(writeManifest(folder, manifest));
    SFT_RETURN_IF_ERROR(publish(folder, stepName(state.step)));
    // The checkpoint stands. What follows is tidying up: no reason to fail.
    if (Status tidied = tidy(stepName(state.step)); !tidied.ok()) {
      logWarning(511, tidied.message());
    }
    return {};
  }

  static Status writeManifest(const std::string &folder,
                              const Manifest &manifest) {
    SFT_RETURN_IF_ERROR(pass("checkpoint.before-manifest"));
    {
      SFT_ASSIGN_OR_RETURN(FileWriter file,
                           FileWriter::create(folder + "/manifest.json"));
      SFT_RETURN_IF_ERROR(file.write(manifest.toJson()));
      SFT_RETURN_IF_ERROR(file.sync());
    }
    SFT_RETURN_IF_ERROR(syncFolder(folder));
    return pass("checkpoint.after-manifest");
  }

  Status publish(const std::string &folder, const std::string &name) {
    SFT_RETURN_IF_ERROR(pass("checkpoint.before-rename"));
    std::string path = options.directory + "/" + name;
    // A resumed run may reach a step again; the newer one replaces the older.
    SFT_RETURN_IF_ERROR(toTrash(name));
    if (rename(folder.c_str(), path.c_str()) != 0) {
      return ioError("rename to \"" + path + "\"", errnoText(errno));
    }
    SFT_RETURN_IF_ERROR(pass("checkpoint.after-rename"));
    return syncFolder(options.directory);
  }

  /// Steps 7 and 8.
  Status tidy(const std::string &name) {
    SFT_RETURN_IF_ERROR(pass("checkpoint.before-latest"));
    SFT_RETURN_IF_ERROR(writeFileAtomically(
        options.directory + "/latest",
        [&](FileWriter &file) { return file.write(name); }));
    std::vector<std::string> complete =
        list(options.directory, [](auto &entry) { return stepOfName(entry); });
    std::sort(complete.begin(), complete.end(),
              [](auto &a, auto &b) { return stepOfName(a) < stepOfName(b); });
    size_t old = complete.size() -
                 std::min(complete.size(), size_t(std::max(options.keep, 1)));
    for (size_t i = 0; i < old; ++i) {
      if (complete[i] != name) {
        SFT_RETURN_IF_ERROR(toTrash(complete[i]));
      }
    }
    SFT_RETURN_IF_ERROR(pass("checkpoint.gc"));
    return removeLeftovers();
  }

  /// A folder that is being removed must not look complete.
  Status toTrash(const std::string &name) {
    std::string path = options.directory + "/" + name;
    std::string trash =
        options.directory + format("/.trash-%s-%08x", name.c_str(),
                                   unsigned(std::random_device()()));
    if (rename(path.c_str(), trash.c_str()) != 0 && errno != ENOENT) {
      return ioError("move \"" + path + "\"", errnoText(errno));
    }
    return {};
  }

  Status removeLeftovers() {
    for (const std::string &name : list(options.directory, isLeftover)) {
      std::error_code error;
      fs::remove_all(options.directory + "/" + name, error);
      if (error) {
        return ioError("remove \"" + name + "\"", error.message());
      }
    }
    return {};
  }

  CheckpointOptions options;
  CheckpointIdentity identity;
  Communicator &world;
  DirectoryLock lock;
};

} // namespace

Expected<std::unique_ptr<Checkpointer>>
Checkpointer::open(const CheckpointOptions &options,
                   const CheckpointIdentity &identity, Communicator &world) {
  auto checkpointer =
      std::make_unique<LocalCheckpointer>(options, identity, world);
  SFT_RETURN_IF_ERROR(checkpointer->lockDirectory());
  return std::unique_ptr<Checkpointer>(std::move(checkpointer));
}

void TensorSlice::clearPadding() const {
  if (held().size != size) {
    std::memset(data, 0, size_t(box().elements()) * sizeOf(type));
  }
}

} // namespace sft::rt
