# Installs twingrad, then builds and runs the project in tests/outside against it, as anybody would. Run by ctest:
# cmake -D BUILD=<build folder> -D SOURCE=<tests/outside> -D GENERATOR=… -D COMPILER=… -D FLAGS=… -D CONFIG=…
#       -P outside_project.cmake
cmake_minimum_required(VERSION 3.25)
set(scratch ${BUILD}/outside)
file(REMOVE_RECURSE ${scratch})

# Prints what a command said when it fails; leaves it in `output`.
function(step what expected_to)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if((expected_to STREQUAL "succeed" AND NOT result EQUAL 0) OR (expected_to STREQUAL "fail" AND result EQUAL 0))
    message(NOTICE "${output}")
    message(FATAL_ERROR "${what} did not ${expected_to}: ${result}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

set(same_tools -G ${GENERATOR} -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_FLAGS=${FLAGS} -D CMAKE_BUILD_TYPE=${CONFIG})

step("installing" succeed ${CMAKE_COMMAND} --install ${BUILD} --config ${CONFIG} --prefix ${scratch}/prefix)
step("configuring the outside project" succeed
     ${CMAKE_COMMAND} -S ${SOURCE} -B ${scratch}/build ${same_tools} -D CMAKE_PREFIX_PATH=${scratch}/prefix)
step("building the outside project" succeed ${CMAKE_COMMAND} --build ${scratch}/build --config ${CONFIG})
step("the outside project's test" succeed ${CMAKE_CTEST_COMMAND} --test-dir ${scratch}/build -C ${CONFIG}
     --output-on-failure --no-tests=error)

# find_package(twingrad ARGN), alone in a project that compiles nothing.
function(find_twingrad name expected_to)
  list(JOIN ARGN " " arguments)
  file(WRITE ${scratch}/${name}/CMakeLists.txt
       "cmake_minimum_required(VERSION 3.25)\nproject(${name} LANGUAGES CXX)\nfind_package(twingrad ${arguments})\n")
  step("${name}: find_package(twingrad ${arguments})" ${expected_to}
       ${CMAKE_COMMAND} -S ${scratch}/${name} -B ${scratch}/${name}/build ${same_tools})
  string(REGEX REPLACE "[ \n]+" " " output "${output}")
  set(output "${output}" PARENT_SCOPE)
endfunction()

find_twingrad(build_folder succeed REQUIRED PATHS ${BUILD} NO_DEFAULT_PATH)
find_twingrad(other_version fail 0.2 REQUIRED PATHS ${scratch}/prefix NO_DEFAULT_PATH)
find_twingrad(missing_component fail REQUIRED COMPONENTS compare cuda PATHS ${scratch}/prefix NO_DEFAULT_PATH)
if(NOT output MATCHES "component cuda: not among those built \\(compare, shared, manual")
  message(FATAL_ERROR "the message for a component that was not built does not say so: ${output}")
endif()
