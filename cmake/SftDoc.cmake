# The target sft-doc: the reference of ops, attributes, types and passes, made
# from the .td files into build/doc.
set(sftDocs)
file(GLOB sftDocSources CONFIGURE_DEPENDS
  "${CMAKE_SOURCE_DIR}/dialects/*/*.td" "${CMAKE_SOURCE_DIR}/passes/*/*.td")

# sft_doc(<output.md> <file.td> <mlir-tblgen flags...>)
function(sft_doc name td)
  set(output "${CMAKE_BINARY_DIR}/doc/${name}")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${MLIR_TABLEGEN_EXE}" ${ARGN} ${sftTdInclude} "${td}" -o "${output}"
    DEPENDS ${sftDocSources}
    VERBATIM)
  set(sftDocs ${sftDocs} "${output}" PARENT_SCOPE)
endfunction()

file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/doc")
sft_doc(sft.md "${CMAKE_SOURCE_DIR}/dialects/sft/Ops.td"
        -gen-dialect-doc -dialect=sft)
sft_doc(plan.md "${CMAKE_SOURCE_DIR}/dialects/plan/Plan.td"
        -gen-dialect-doc -dialect=plan)
foreach(td ${sftDocSources})
  if(td MATCHES "/passes/([A-Za-z]+)/Passes.td$")
    sft_doc(passes-${CMAKE_MATCH_1}.md "${td}" -gen-pass-doc)
  endif()
endforeach()
add_custom_target(sft-doc DEPENDS ${sftDocs})
