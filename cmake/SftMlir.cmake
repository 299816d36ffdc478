# LLVM/MLIR 22: packages, TableGen, and the precompiled header that makes a
# translation unit of the compiler cheap.
list(APPEND CMAKE_PREFIX_PATH /usr/lib/llvm-22)
find_package(MLIR 22.1 REQUIRED CONFIG)
find_package(LLD REQUIRED CONFIG)
list(APPEND CMAKE_MODULE_PATH "${MLIR_CMAKE_DIR}" "${LLVM_CMAKE_DIR}")
include(TableGen)
include(AddLLVM)
include(AddMLIR)

separate_arguments(LLVM_DEFINITIONS_LIST NATIVE_COMMAND ${LLVM_DEFINITIONS})

add_library(sft-mlir INTERFACE)
target_link_libraries(sft-mlir INTERFACE sft-options MLIR LLVM)
target_include_directories(sft-mlir SYSTEM INTERFACE
  ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
target_compile_definitions(sft-mlir INTERFACE ${LLVM_DEFINITIONS_LIST})
# The packaged libraries are built without exceptions.
target_compile_options(sft-mlir INTERFACE -fno-exceptions)

set(sftTdInclude -I "${CMAKE_SOURCE_DIR}")
foreach(dir ${MLIR_INCLUDE_DIRS})
  list(APPEND sftTdInclude -I "${dir}")
endforeach()

# sft_tablegen(<file.td> <output> <mlir-tblgen flags...>)
function(sft_tablegen td out)
  get_filename_component(name "${out}" NAME)
  set(output "${CMAKE_CURRENT_BINARY_DIR}/${out}")
  get_filename_component(dir "${output}" DIRECTORY)
  file(MAKE_DIRECTORY "${dir}")
  file(GLOB tds CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/dialects/*/*.td"
       "${CMAKE_SOURCE_DIR}/passes/*.td")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${MLIR_TABLEGEN_EXE}" ${ARGN} ${sftTdInclude}
            "${CMAKE_CURRENT_SOURCE_DIR}/${td}" -o "${output}"
    DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${td}" ${tds}
            "${MLIR_TABLEGEN_EXE}"
    VERBATIM)
  set_property(DIRECTORY APPEND PROPERTY SFT_TABLEGEN_OUTPUTS "${output}")
endfunction()
