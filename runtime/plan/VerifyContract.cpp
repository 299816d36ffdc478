#include "runtime/comm/Communicator.h"
#include "runtime/plan/PlanText.h"
#include "runtime/plan/PlanWalk.h"
#include "runtime/plan/Verify.h"

#include <algorithm>
#include <cinttypes>
#include <optional>

namespace sft::rt::verify {
namespace {

bool isFloat(fb::DataType type) {
  return type == fb::DataType::F32 || type == fb::DataType::F64 ||
         type == fb::DataType::BF16;
}

/// Index of the last element from the buffer's start; none on overflow. An
/// empty operand ends where it starts.
std::optional<uint64_t> lastElement(const fb::Operand &operand) {
  uint64_t last = operand.offset();
  for (uint32_t i = 0; i < operand.dims()->size(); ++i) {
    uint64_t dim = uint64_t(operand.dims()->Get(i));
    uint64_t stride = uint64_t(operand.strides()->Get(i)), step = 0;
    if (dim == 0) {
      return operand.offset();
    }
    if (__builtin_mul_overflow(dim - 1, stride, &step) ||
        __builtin_add_overflow(last, step, &last)) {
      return std::nullopt;
    }
  }
  return last;
}

Status operand(const fb::Program &program, const fb::Operand &operand) {
  SFT_RETURN_IF_ERROR(
      checkIndex(operand.buffer(), program.buffers()->size(), "buffer"));
  SFT_RETURN_IF_ERROR(checkExtents(*operand.dims(), "dimensions"));
  SFT_RETURN_IF_ERROR(checkExtents(*operand.strides(), "strides"));
  const fb::Buffer &buffer = *program.buffers()->Get(operand.buffer());
  if (operand.dims()->size() != operand.strides()->size()) {
    return malformed(BadOperand, "dimensions and strides differ in number");
  }
  if (!isFloat(buffer.type())) {
    return malformed(BadOperand, "buffer " + quoted(buffer.name()) +
                                     " does not hold floating-point numbers");
  }
  std::optional<uint64_t> last = lastElement(operand);
  if (!last || *last >= buffer.bytes() / sizeOf(DataType(buffer.type()))) {
    return malformed(BadOperand, "leaves its buffer " + quoted(buffer.name()) +
                                     " (" + shapeText(buffer) + ")");
  }
  return {};
}

/// The extent of dimension `i` of `rank`, where missing leading ones are 1.
int64_t dimAt(const fb::Operand &operand, uint32_t i, uint32_t rank) {
  uint32_t missing = rank - operand.dims()->size();
  return i < missing ? 1 : operand.dims()->Get(i - missing);
}

/// The first `dims` dimensions are those of `out`, or 1.
bool broadcasts(const fb::Operand &operand, const fb::Operand &out,
                uint32_t dims) {
  uint32_t rank = out.dims()->size();
  for (uint32_t i = 0; i < dims; ++i) {
    int64_t dim = dimAt(operand, i, rank);
    if (dim != 1 && dim != out.dims()->Get(i)) {
      return false;
    }
  }
  return true;
}

Status shapes(const fb::Contract &contract) {
  const fb::Operand &lhs = *contract.lhs(), &rhs = *contract.rhs(),
                    &out = *contract.out();
  uint32_t rank = out.dims()->size();
  auto isMatrix = [&](const fb::Operand &operand) {
    return operand.dims()->size() >= 2 && operand.dims()->size() <= rank;
  };
  if (!isMatrix(out) || !isMatrix(lhs) || !isMatrix(rhs)) {
    return malformed(BadOperand, "operands are no matrices of the result's "
                                 "rank or less");
  }
  bool inner = dimAt(lhs, rank - 1, rank) == dimAt(rhs, rank - 2, rank);
  bool outer = dimAt(lhs, rank - 2, rank) == dimAt(out, rank - 2, rank) &&
               dimAt(rhs, rank - 1, rank) == dimAt(out, rank - 1, rank);
  if (!inner || !outer || !broadcasts(lhs, out, rank - 2) ||
      !broadcasts(rhs, out, rank - 2)) {
    return malformed(BadOperand, "the operands' shapes do not fit");
  }
  if (const fb::Operand *bias = contract.bias();
      bias && (bias->dims()->size() > rank || !broadcasts(*bias, out, rank))) {
    return malformed(BadOperand, "the bias does not broadcast to the result");
  }
  return {};
}

/// Two elements of the result in one place would be a race.
Status distinctResult(const fb::Operand &out) {
  for (uint32_t i = 0; i < out.dims()->size(); ++i) {
    if (out.dims()->Get(i) > 1 && out.strides()->Get(i) == 0) {
      return malformed(BadOperand, "the result has a stride of 0");
    }
  }
  return {};
}

Status types(const fb::Program &program, const fb::Contract &contract) {
  auto type = [&](const fb::Operand &operand) {
    return program.buffers()->Get(operand.buffer())->type();
  };
  if (type(*contract.lhs()) != type(*contract.rhs())) {
    return malformed(BadOperand, "lhs and rhs differ in type");
  }
  const fb::Operand *bias = contract.bias();
  if (bias && type(*bias) != type(*contract.out())) {
    return malformed(BadOperand, "bias and result differ in type");
  }
  return {};
}

} // namespace

Status contract(const fb::Program &program, const fb::Contract &contract) {
  auto check = [&](const fb::Operand *item, const char *what) {
    return item ? operand(program, *item).withContext(what) : Status();
  };
  SFT_RETURN_IF_ERROR(check(contract.lhs(), "lhs"));
  SFT_RETURN_IF_ERROR(check(contract.rhs(), "rhs"));
  SFT_RETURN_IF_ERROR(check(contract.bias(), "bias"));
  SFT_RETURN_IF_ERROR(check(contract.out(), "result"));
  SFT_RETURN_IF_ERROR(
      checkEnum(contract.activation(), fb::Activation::MAX, "activation"));
  SFT_RETURN_IF_ERROR(shapes(contract));
  SFT_RETURN_IF_ERROR(distinctResult(*contract.out()));
  return types(program, contract);
}

} // namespace sft::rt::verify
