#include "runtime/executor/Evaluate.h"

#include <algorithm>
#include <cstring>

namespace sft::rt {
namespace {

bool handsOut(const RankProgram &program, fb::EntryKind entry, size_t output) {
  const Listing &listing = program.listing(entry);
  return std::any_of(listing.begin(), listing.end(), [&](const auto &flat) {
    const fb::Output *op = flat.instruction->op_as_Output();
    return op && op->output() == output;
  });
}

size_t rowBytes(const OutputValue &value, int64_t batch) {
  return value.data.size() / size_t(batch);
}

} // namespace

Expected<std::unique_ptr<FileBatches>>
openBatches(const std::shared_ptr<const Dataset> &data, Rank &rank,
            fb::EntryKind entry) {
  SFT_ASSIGN_OR_RETURN(std::unique_ptr<BatchReader> reader,
                       BatchReader::create(data, rank.inputs()));
  for (size_t i = 0; i < rank.inputs().size(); ++i) {
    if (rank.program().loads(entry, i)) {
      SFT_RETURN_IF_ERROR(reader->checkIndices(i));
    }
  }
  return std::make_unique<FileBatches>(std::move(reader));
}

ScalarOutputs::ScalarOutputs(const RankProgram &program, fb::EntryKind entry) {
  for (auto kind : {fb::OutputKind::Loss, fb::OutputKind::Metric}) {
    for (size_t i = 0; i < program.outputs().size(); ++i) {
      const OutputValue &value = program.outputs()[i];
      if (value.output->kind() == kind && handsOut(program, entry, i) &&
          values.size() < kMaxScalars) {
        values.push_back(&value);
        names_.push_back(kind == fb::OutputKind::Loss
                             ? "loss"
                             : value.output->name()->str());
      }
    }
  }
}

std::array<double, kMaxScalars> ScalarOutputs::read() const {
  std::array<double, kMaxScalars> out{};
  for (size_t i = 0; i < values.size(); ++i) {
    out[i] = values[i]->scalar();
  }
  return out;
}

Expected<std::array<double, kMaxScalars>> evaluate(Rank &rank,
                                                   FileBatches &data) {
  ScalarOutputs scalars(rank.program(), fb::EntryKind::Evaluate);
  std::array<double, kMaxScalars> sum{};
  auto add = [&](int64_t batch, double weight) -> Status {
    data.select(batch, nullptr);
    SFT_RETURN_IF_ERROR(rank.run(fb::EntryKind::Evaluate, data));
    std::array<double, kMaxScalars> mean = scalars.read();
    for (size_t i = 0; i < kMaxScalars; ++i) {
      sum[i] += weight * mean[i];
    }
    return {};
  };
  int64_t size = rank.planFile().plan().batch();
  int64_t full = data.rows() / size, rest = data.rows() % size;
  for (int64_t batch = 0; batch < full; ++batch) {
    SFT_RETURN_IF_ERROR(add(batch, double(size)));
  }
  if (rest) {
    SFT_RETURN_IF_ERROR(add(full, double(size)));
    SFT_RETURN_IF_ERROR(add(full + 1, -double(size - rest)));
  }
  for (double &value : sum) {
    value /= double(data.rows());
  }
  return sum;
}

Expected<std::vector<Prediction>> predict(Rank &rank, FileBatches &data) {
  int64_t size = rank.planFile().plan().batch(), rows = data.rows();
  std::vector<Prediction> out;
  std::vector<const OutputValue *> values;
  for (size_t i = 0; i < rank.program().outputs().size(); ++i) {
    const OutputValue &value = rank.program().outputs()[i];
    if (value.output->kind() == fb::OutputKind::Prediction &&
        handsOut(rank.program(), fb::EntryKind::Predict, i)) {
      Prediction &to = out.emplace_back();
      to.name = value.output->name()->str();
      to.type = DataType(value.buffer->type());
      to.dims.assign(value.buffer->shape()->begin(),
                     value.buffer->shape()->end());
      to.dims[0] = rows;
      to.data.resize(size_t(rows) * rowBytes(value, size));
      values.push_back(&value);
    }
  }
  for (int64_t first = 0; first < rows; first += size) {
    data.select(first / size, nullptr);
    SFT_RETURN_IF_ERROR(rank.run(fb::EntryKind::Predict, data));
    for (size_t i = 0; i < out.size(); ++i) {
      size_t bytes = rowBytes(*values[i], size);
      std::memcpy(out[i].data.data() + size_t(first) * bytes,
                  values[i]->data.data(),
                  size_t(std::min(size, rows - first)) * bytes);
    }
  }
  return out;
}

} // namespace sft::rt
