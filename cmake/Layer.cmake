# toxtore_layer(<folder> SOURCES ... [USES layer ...] [LIBRARIES target ...] [PRIVATE_LIBRARIES target ...]
#               [PRECOMPILE <header> ...])
#
# PRECOMPILE names large headers of libraries that most files of the layer include: it saves half of the build time.
#
# One static library per folder of src/. Its headers are reachable as "folder/name.h" only by targets that name it
# under USES, directly or through another layer: an include of a higher folder finds no file and does not compile.
# To that end each layer has an include folder of its own in the build tree that holds nothing but a link to it.
function(toxtore_layer name)
  cmake_parse_arguments(L "" "" "SOURCES;USES;LIBRARIES;PRIVATE_LIBRARIES;PRECOMPILE" ${ARGN})
  set(root ${CMAKE_BINARY_DIR}/layers/${name})
  file(MAKE_DIRECTORY ${root})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${root}/${name} SYMBOLIC)
  add_library(toxtore_${name} STATIC ${L_SOURCES})
  target_include_directories(toxtore_${name} PUBLIC ${root})
  list(TRANSFORM L_USES PREPEND toxtore_)
  target_link_libraries(toxtore_${name} PUBLIC ${L_USES} ${L_LIBRARIES} PRIVATE ${L_PRIVATE_LIBRARIES})
  if(L_PRECOMPILE)
    target_precompile_headers(toxtore_${name} PRIVATE ${L_PRECOMPILE})
  endif()
endfunction()

# toxtore_test(<layer> SOURCES ... [USES ...] [LIBRARIES ...] [PRECOMPILE ...]): the unit tests that stand beside the code of a layer, as <layer>_test.
function(toxtore_test name)
  if(NOT TOXTORE_TESTS)
    return()
  endif()
  cmake_parse_arguments(T "" "" "SOURCES;USES;LIBRARIES;PRECOMPILE" ${ARGN})
  find_package(GTest REQUIRED)
  find_package(rapidcheck REQUIRED)
  add_executable(${name}_test ${T_SOURCES})
  list(TRANSFORM T_USES PREPEND toxtore_)
  target_link_libraries(${name}_test PRIVATE toxtore_${name} ${T_USES} ${T_LIBRARIES} rapidcheck rapidcheck_gtest
                                             GTest::gtest_main)
  target_precompile_headers(${name}_test PRIVATE <gtest/gtest.h> <rapidcheck/gtest.h> ${T_PRECOMPILE})
  add_test(NAME ${name} COMMAND ${name}_test)
endfunction()
