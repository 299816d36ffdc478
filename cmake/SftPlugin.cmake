# For projects that build plugins against the installed package.

# sft_add_plugin(<name> <source>...): lib<name>.so, for --load-pass-plugin or
# --load-dialect-plugin.
function(sft_add_plugin name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE sft::compiler)
  # The entry point must be seen, whatever the project's default is.
  set_target_properties(${name} PROPERTIES CXX_VISIBILITY_PRESET default)
endfunction()

# sft_plugin_tablegen(<plugin> <file.td> <output> <mlir-tblgen flags>...): the
# output is found by #include from the plugin's sources.
function(sft_plugin_tablegen plugin td output)
  set(generated "${CMAKE_CURRENT_BINARY_DIR}/${plugin}-generated")
  file(MAKE_DIRECTORY "${generated}")
  set(includes)
  foreach(dir "${SFT_COMPILER_INCLUDE_DIR}" ${MLIR_INCLUDE_DIRS})
    list(APPEND includes -I "${dir}")
  endforeach()
  add_custom_command(
    OUTPUT "${generated}/${output}"
    COMMAND "${MLIR_TABLEGEN_EXE}" ${ARGN} ${includes}
            "${CMAKE_CURRENT_SOURCE_DIR}/${td}" -o "${generated}/${output}"
    DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${td}"
    VERBATIM)
  target_sources(${plugin} PRIVATE "${generated}/${output}")
  target_include_directories(${plugin} PRIVATE "${generated}")
endfunction()
