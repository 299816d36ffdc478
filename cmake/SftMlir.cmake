# LLVM/MLIR 22: packages, TableGen, and the precompiled header that makes a
# translation unit of the compiler cheap.
list(APPEND CMAKE_PREFIX_PATH /usr/lib/llvm-22)
find_package(MLIR 22.1 REQUIRED CONFIG)
list(APPEND CMAKE_MODULE_PATH "${MLIR_CMAKE_DIR}" "${LLVM_CMAKE_DIR}")
include(TableGen)
include(AddLLVM)
include(AddMLIR)

add_library(sft-mlir INTERFACE)
target_link_libraries(sft-mlir INTERFACE sft-options MLIR LLVM)
target_include_directories(sft-mlir SYSTEM INTERFACE
  ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
target_compile_definitions(sft-mlir INTERFACE ${LLVM_DEFINITIONS_LIST})
# The packaged libraries are built without exceptions.
target_compile_options(sft-mlir INTERFACE -fno-exceptions)
