# What every target of the project shares: language level, warnings,
# sanitizers, ccache.
include(GNUInstallDirs)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
# LLVM lies outside the linker's search path.
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(SFT_CCACHE ccache)
if(SFT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # A precompiled header carries time stamps that say nothing about content.
  set(launcher "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime;CCACHE_BASEDIR=${CMAKE_SOURCE_DIR};CCACHE_NOHASHDIR=1;${SFT_CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER "${launcher}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${launcher}")
endif()

add_library(sft-options INTERFACE)
target_compile_options(sft-options INTERFACE -Wall -Wextra
  $<$<BOOL:${SFT_WERROR}>:-Werror>
  # g++ 12 sees copies that overlap in std::string's operator+ (GCC bug 105651)
  # and values that were not set in an std::optional that moves.
  "$<$<CXX_COMPILER_ID:GNU>:-Wno-restrict;-Wno-maybe-uninitialized>"
  $<$<CXX_COMPILER_ID:Clang>:-fpch-instantiate-templates>
  # Without the time of its making a precompiled header is the same in every
  # clone, and ccache finds what was compiled with it.
  "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
target_include_directories(sft-options INTERFACE "${CMAKE_SOURCE_DIR}")
# Generated code is not held to our warnings.
target_include_directories(sft-options SYSTEM INTERFACE "${CMAKE_BINARY_DIR}")
if(SFT_FAILPOINTS)
  target_compile_definitions(sft-options INTERFACE SFT_FAILPOINTS=1)
endif()
if(SFT_SANITIZE)
  add_compile_options(-fsanitize=${SFT_SANITIZE} -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${SFT_SANITIZE})
endif()
