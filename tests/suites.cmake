# Writes FILE, which tells ctest of each test suite of the GoogleTest program PROGRAM; ENVIRONMENT is for their runs, and
# RAPIDCHECK what RapidCheck shall do there otherwise than it does by itself.
#
# gtest_discover_tests() would start the program once for each test: LibTorch takes 0.9 s of processor time to start.
# A suite of which a test was skipped, and none failed, counts as skipped.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ${PROGRAM} --gtest_list_tests OUTPUT_VARIABLE listed RESULT_VARIABLE failed)
if(failed)
  file(REMOVE ${PROGRAM})
  message(FATAL_ERROR "${PROGRAM} does not list its tests: ${failed}\n${listed}")
endif()
if(RAPIDCHECK)
  list(APPEND ENVIRONMENT "RC_PARAMS=${RAPIDCHECK}")
endif()
string(REGEX MATCHALL "\n[A-Za-z0-9_/]+\\." suites "\n${listed}")
set(tests "")
foreach(suite IN LISTS suites)
  string(REGEX REPLACE "^\n(.*)\\.$" "\\1" suite ${suite})
  string(APPEND tests "add_test([==[${suite}]==] [==[${PROGRAM}]==] [==[--gtest_filter=${suite}.*]==])\n"
                      "set_tests_properties([==[${suite}]==] PROPERTIES ENVIRONMENT [==[${ENVIRONMENT}]==] "
                      "SKIP_REGULAR_EXPRESSION [==[\\[  SKIPPED \\] [A-Za-z0-9_/.]+\n*$]==])\n")
endforeach()
file(WRITE ${FILE} "${tests}")
