#include "runtime/comm/Communicator.h"

namespace sft::rt {

size_t sizeOf(DataType type) {
  switch (type) {
  case DataType::I8:
    return 1;
  case DataType::BF16:
    return 2;
  case DataType::F32:
  case DataType::I32:
    return 4;
  case DataType::F64:
  case DataType::I64:
    return 8;
  }
  return 0;
}

const char *name(DataType type) {
  static const char *const names[] = {"f32", "f64", "bf16", "i8", "i32", "i64"};
  return size_t(type) < std::size(names) ? names[size_t(type)] : "?";
}

} // namespace sft::rt
