#include "runtime/data/Csr.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace sft::rt {
namespace {

Status malformed(const std::string &name, const std::string &what) {
  return Status::error(Code::Data, 215,
                       "sparse array \"" + name + "\": " + what);
}

/// The elements of a vector of i32 or i64.
bool integers(const DenseArray &array, std::vector<int64_t> &out) {
  bool narrow = array.type == DataType::I32;
  if (array.dims.size() != 1 || (!narrow && array.type != DataType::I64)) {
    return false;
  }
  out.resize(size_t(array.dims[0]));
  for (size_t i = 0; i < out.size(); ++i) {
    int32_t value = 0;
    if (narrow) {
      std::memcpy(&value, array.data + i * sizeof(value), sizeof(value));
      out[i] = value;
    } else {
      std::memcpy(&out[i], array.data + i * sizeof(int64_t), sizeof(int64_t));
    }
  }
  return true;
}

Status checkOffsets(const CsrArray &csr, int64_t count) {
  const std::vector<int64_t> &offsets = csr.rowOffsets;
  bool good = !offsets.empty() && offsets.front() == 0 &&
              offsets.back() == count &&
              std::is_sorted(offsets.begin(), offsets.end());
  return good ? Status()
              : malformed(csr.name, "indptr must ascend from 0 to the number "
                                    "of indices");
}

Status setColumns(CsrArray &csr, const std::vector<int64_t> &columns) {
  csr.columnIndices.reserve(columns.size());
  for (int64_t row = 0; row < csr.rows(); ++row) {
    int64_t last = -1;
    for (int64_t i = csr.rowOffsets[size_t(row)];
         i < csr.rowOffsets[size_t(row) + 1]; ++i) {
      int64_t column = columns[size_t(i)];
      if (column <= last || column >= std::numeric_limits<int32_t>::max()) {
        return malformed(
            csr.name,
            format("row %lld: indices must ascend from 0", (long long)row));
      }
      csr.columnIndices.push_back(int32_t(column));
      last = column;
    }
    csr.columns = std::max(csr.columns, last + 1);
  }
  return {};
}

Expected<CsrArray> join(const std::string &name, const DenseArray &indptr,
                        const DenseArray &indices, const DenseArray &values) {
  CsrArray csr;
  csr.name = name;
  std::vector<int64_t> columns;
  if (!integers(indptr, csr.rowOffsets) || !integers(indices, columns)) {
    return malformed(name, "indptr and indices must be vectors of i32 or i64");
  }
  if (values.type != DataType::F32 || values.dims != indices.dims) {
    return malformed(name, "data must be f32 and as long as indices");
  }
  SFT_RETURN_IF_ERROR(checkOffsets(csr, int64_t(columns.size())));
  SFT_RETURN_IF_ERROR(setColumns(csr, columns));
  csr.values.resize(columns.size());
  if (!columns.empty()) {
    std::memcpy(csr.values.data(), values.data, columns.size() * sizeof(float));
  }
  return csr;
}

} // namespace

Status joinCsrTriples(Dataset &data) {
  constexpr std::string_view suffix = ".indptr";
  std::vector<std::string> names;
  for (const DenseArray &array : data.dense) {
    if (array.name.ends_with(suffix)) {
      names.push_back(array.name.substr(0, array.name.size() - suffix.size()));
    }
  }
  for (const std::string &name : names) {
    const DenseArray *indices = data.findDense(name + ".indices");
    const DenseArray *values = data.findDense(name + ".data");
    if (!indices || !values) {
      return malformed(name, "indptr without indices and data");
    }
    SFT_ASSIGN_OR_RETURN(
        CsrArray csr,
        join(name, *data.findDense(name + ".indptr"), *indices, *values));
    data.sparse.push_back(std::move(csr));
    std::erase_if(data.dense, [&](const DenseArray &array) {
      return array.name == name + ".indptr" ||
             array.name == name + ".indices" || array.name == name + ".data";
    });
  }
  return {};
}

} // namespace sft::rt
