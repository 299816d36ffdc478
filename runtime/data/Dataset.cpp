#include "runtime/data/Dataset.h"

#include "runtime/base/File.h"
#include "runtime/checkpoint/Safetensors.h"
#include "runtime/data/Csr.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <string_view>

namespace sft::rt {
namespace {

constexpr size_t kNamesShown = 20;

template <typename Array>
const Array *find(const std::vector<Array> &arrays, const std::string &name) {
  auto at = std::find_if(arrays.begin(), arrays.end(), [&](const Array &array) {
    return array.name == name;
  });
  return at == arrays.end() ? nullptr : &*at;
}

enum class Format {
  Unknown,
  Npy,
  Npz,
  Safetensors,
  Pickle,
  Libsvm,
  LibsvmOrText,
  Csv
};

Format formatOfContent(std::span<const std::byte> file) {
  std::string_view text(reinterpret_cast<const char *>(file.data()),
                        file.size());
  if (text.starts_with("\x93NUMPY")) {
    return Format::Npy;
  }
  if (text.starts_with("PK\3\4") || text.starts_with("PK\5\6")) {
    return Format::Npz;
  }
  if (text.size() > 1 && text[0] == '\x80' && text[1] >= 2 && text[1] <= 5) {
    return Format::Pickle;
  }
  // A header length below 4 GiB, then JSON: no text has four NULs there.
  bool tensors = text.size() > 8 &&
                 text.substr(4, 4) == std::string_view("\0\0\0\0", 4) &&
                 text[8] == '{';
  return tensors ? Format::Safetensors : Format::Unknown;
}

Format formatOfName(const std::string &path) {
  size_t dot = path.rfind('.');
  std::string suffix = dot == path.npos ? "" : path.substr(dot);
  std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                 [](unsigned char c) { return char(std::tolower(c)); });
  return suffix == ".npy"                          ? Format::Npy
         : suffix == ".npz"                        ? Format::Npz
         : suffix == ".safetensors"                ? Format::Safetensors
         : suffix == ".csv"                        ? Format::Csv
         : suffix == ".txt"                        ? Format::LibsvmOrText
         : suffix == ".svm" || suffix == ".libsvm" ? Format::Libsvm
                                                   : Format::Unknown;
}

std::string stemOf(const std::string &path) {
  std::string name = path.substr(path.rfind('/') + 1);
  return name.substr(0, name.rfind('.'));
}

/// Parameters that were trained on a text remember its vocabulary.
Expected<Dataset> readParameters(std::span<const std::byte> file) {
  std::map<std::string, std::string> metadata;
  SFT_ASSIGN_OR_RETURN(Dataset data, readSafetensors(file, &metadata));
  std::optional<std::string> vocabulary = vocabularyOf(metadata["vocabulary"]);
  if (!vocabulary) {
    return Status::error(Code::Data, 214,
                         "safetensors: metadata \"vocabulary\" is not a list "
                         "of bytes in ascending order, two digits each");
  }
  data.vocabulary = *vocabulary;
  return data;
}

Expected<Dataset> readAs(Format kind, const std::string &path,
                         std::span<const std::byte> file,
                         const ReadOptions &options) {
  switch (kind) {
  case Format::Npy:
    return readNpy(file, stemOf(path));
  case Format::Npz:
    return readNpz(file, options);
  case Format::Safetensors:
  case Format::Pickle: // says what to do instead
    return readParameters(file);
  case Format::Libsvm:
    return readLibsvm(file);
  case Format::LibsvmOrText:
    return isLibsvm(file) ? readLibsvm(file)
                          : readText(file, options.vocabulary);
  case Format::Csv:
    return readCsv(file);
  case Format::Unknown:
    break;
  }
  return Status::error(Code::Data, 200,
                       "the format is not known: neither content nor suffix "
                       "is one of .npz .npy .safetensors .svm .libsvm .txt "
                       ".csv");
}

std::string shapeText(const std::vector<int64_t> &dims) {
  std::string text;
  for (int64_t dim : dims) {
    text += (text.empty() ? "" : "x") + std::to_string(dim);
  }
  return "[" + text + "]";
}

} // namespace

int64_t DenseArray::rowElements() const {
  int64_t count = 1;
  for (size_t i = 1; i < dims.size(); ++i) {
    count *= dims[i];
  }
  return count;
}

const DenseArray *Dataset::findDense(const std::string &name) const {
  return find(dense, name);
}

const CsrArray *Dataset::findSparse(const std::string &name) const {
  return find(sparse, name);
}

std::string Dataset::describe() const {
  std::vector<std::string> parts;
  for (const DenseArray &array : dense) {
    parts.push_back(array.name + ": " + rt::name(array.type) +
                    shapeText(array.dims));
  }
  for (const CsrArray &array : sparse) {
    parts.push_back(array.name + ": csr" +
                    shapeText({array.rows(), array.columns}));
  }
  for (const UnusableColumn &column : unusable) {
    parts.push_back(column.name + ": not numeric");
  }
  if (tokens) {
    parts.push_back(format("a text of %zu bytes, %zu different ones",
                           tokens->size(), vocabulary.size()));
  }
  std::string text;
  for (size_t i = 0; i < std::min(parts.size(), kNamesShown); ++i) {
    text += (i ? ", " : "") + parts[i];
  }
  return parts.size() > kNamesShown
             ? text + format(" and %zu more", parts.size() - kNamesShown)
             : text;
}

Expected<std::shared_ptr<const Dataset>>
openDataset(const std::string &path, const ReadOptions &options) {
  SFT_ASSIGN_OR_RETURN(FileContent file, readWholeFile(path, options.maxBytes));
  Format kind = formatOfContent(file.bytes());
  kind = kind == Format::Unknown ? formatOfName(path) : kind;
  Expected<Dataset> read = readAs(kind, path, file.bytes(), options);
  if (!read) {
    return read.takeError().withContext(path);
  }
  auto data = std::make_shared<Dataset>(std::move(*read));
  if (Status joined = joinCsrTriples(*data); !joined.ok()) {
    return std::move(joined).withContext(path);
  }
  data->path = path;
  for (DenseArray &array : data->dense) {
    if (!array.storage) {
      array.storage = file.data;
    }
  }
  return std::shared_ptr<const Dataset>(std::move(data));
}

Expected<int64_t> trainingBatches(int64_t rows, int64_t globalBatch) {
  if (rows < globalBatch) {
    return Status::error(Code::Data, 222,
                         format("%lld samples are fewer than one batch of %lld",
                                (long long)rows, (long long)globalBatch));
  }
  return rows / globalBatch;
}

} // namespace sft::rt
