# The installed package: find_package(sft COMPONENTS runtime compiler) and
# pkg-config. `runtime` is sft-run and libsft.so with its C header; `compiler`
# is the rest, with what passes built out of tree need.
include(CMakePackageConfigHelpers)
set(sftPackageDir "${CMAKE_INSTALL_LIBDIR}/cmake/sft")
set(sftCompilerInclude "${CMAKE_INSTALL_INCLUDEDIR}/sft-compiler")

# sft_install(<component> <target>...): into bin or lib, known to find_package.
function(sft_install component)
  install(TARGETS ${ARGN} EXPORT sft-${component}
    RUNTIME COMPONENT ${component}
    LIBRARY COMPONENT ${component} NAMELINK_COMPONENT ${component})
  install(EXPORT sft-${component} NAMESPACE sft:: COMPONENT ${component}
    DESTINATION "${sftPackageDir}")
endfunction()

# Headers under `root` keep their folders, as their #includes name them.
function(sft_install_headers root)
  install(DIRECTORY "${root}/dialects" "${root}/passes"
    DESTINATION "${sftCompilerInclude}" COMPONENT compiler
    FILES_MATCHING PATTERN "*.h" PATTERN "*.inc" PATTERN "*.td"
    PATTERN "CMakeFiles" EXCLUDE
    PATTERN "Precompiled.h" EXCLUDE
    PATTERN "Emit" EXCLUDE)
endfunction()

set_target_properties(sft-runtime PROPERTIES EXPORT_NAME runtime)
target_include_directories(sft-runtime
  INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
sft_install(runtime sft-runtime sft-run sft-plan)
install(FILES "${PROJECT_SOURCE_DIR}/runtime/api/sft.h"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/sft" COMPONENT runtime)

configure_package_config_file(cmake/sftConfig.cmake.in sftConfig.cmake
  INSTALL_DESTINATION "${sftPackageDir}" PATH_VARS sftCompilerInclude)
write_basic_package_version_file(sftConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/sftConfig.cmake"
              "${PROJECT_BINARY_DIR}/sftConfigVersion.cmake"
  DESTINATION "${sftPackageDir}" COMPONENT runtime)

file(RELATIVE_PATH sftPrefixFromPc "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" sftPrefixFromPc "${sftPrefixFromPc}")
configure_file(cmake/sft.pc.in sft.pc @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/sft.pc"
  DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT runtime)

if(SFT_COMPILER)
  set_target_properties(sft-dialects PROPERTIES EXPORT_NAME dialects)
  set_target_properties(sft-passes PROPERTIES EXPORT_NAME passes)
  target_link_libraries(sft-dialects
    INTERFACE $<INSTALL_INTERFACE:MLIR> $<INSTALL_INTERFACE:LLVM>)
  target_include_directories(sft-dialects
    INTERFACE $<INSTALL_INTERFACE:${sftCompilerInclude}>)
  sft_install(compiler sft-dialects sft-passes
    sftc sft-check sft-lsp-server sft-opt sft-reduce)
  sft_install_headers("${PROJECT_SOURCE_DIR}")
  sft_install_headers("${PROJECT_BINARY_DIR}")
  install(FILES cmake/SftPlugin.cmake
    DESTINATION "${sftPackageDir}" COMPONENT compiler)
endif()
