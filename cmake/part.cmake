# twingrad_part(NAME [EACH_ALONE] [FOLDER F] [SOURCES S...] [EXCEPT S...] [USES PART...] [PACKAGES TARGET...]
#               [HIDDEN TARGET...] [PRECOMPILED HEADER...]):
# the static library of one folder of the house, of the files and folders SOURCES in it (all, when none is named) but for
# EXCEPT. The headers of HIDDEN targets are for its own sources alone. PRECOMPILED headers are those that most of its
# sources include, and that take the compiler longer than the source itself. EACH_ALONE: no two sources share a unit.
#
# Sources include headers by their path from the root ("manual/layers/dense.hpp"), yet the root itself is on nobody's
# include path: each part has an include root of its own that holds a link to that part alone. So manual/ cannot include
# a header of autograd/, nor the other way round: the compiler does not find it. The root for a part's own SOURCES holds
# links to these alone: compare cannot include a header of shared/ that is not its own.
function(twingrad_part name)
  cmake_parse_arguments(PART "EACH_ALONE" "FOLDER" "SOURCES;EXCEPT;USES;PACKAGES;HIDDEN;PRECOMPILED" ${ARGN})
  if(NOT PART_FOLDER)
    set(PART_FOLDER ${name})
  endif()
  set(folder ${PROJECT_SOURCE_DIR}/${PART_FOLDER})
  set(root ${CMAKE_BINARY_DIR}/include/${PART_FOLDER})
  file(MAKE_DIRECTORY ${root})
  file(CREATE_LINK ${folder} ${root}/${PART_FOLDER} SYMBOLIC)

  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  list(JOIN PART_SOURCES "|" wanted)
  list(FILTER sources INCLUDE REGEX "^${folder}/(${wanted})")
  if(PART_EXCEPT)
    list(JOIN PART_EXCEPT "|" unwanted)
    list(FILTER sources EXCLUDE REGEX "^${folder}/(${unwanted})")
  endif()
  add_library(${name} STATIC ${sources})
  add_library(twingrad::${name} ALIAS ${name})
  if(PART_SOURCES)
    set(own ${CMAKE_BINARY_DIR}/include/${name})
    foreach(source IN LISTS PART_SOURCES)
      string(REGEX REPLACE "/$" "" source ${source})
      string(REGEX REPLACE "\\.cpp$" ".hpp" source ${source})
      get_filename_component(parent ${own}/${PART_FOLDER}/${source} DIRECTORY)
      file(MAKE_DIRECTORY ${parent})
      file(CREATE_LINK ${folder}/${source} ${own}/${PART_FOLDER}/${source} SYMBOLIC)
    endforeach()
    target_include_directories(${name} PRIVATE ${own} INTERFACE $<BUILD_INTERFACE:${root}>)
  else()
    target_include_directories(${name} PUBLIC $<BUILD_INTERFACE:${root}>)
  endif()
  target_compile_features(${name} PUBLIC cxx_std_20)
  target_link_libraries(${name} PUBLIC ${PART_USES} ${PART_PACKAGES} PRIVATE ${PART_HIDDEN})
  twingrad_compile_options(${name})
  if(PART_EACH_ALONE)
    target_precompile_headers(${name} PRIVATE ${PART_PRECOMPILED})
  else()
    twingrad_unite(${name} ${PART_PRECOMPILED})
  endif()
endfunction()

# twingrad_unite(TARGET HEADER...): compiles the sources of the target many at a time, for most of them are shorter than
# what they include; names that a file keeps to itself must differ from those of its neighbours then. Without
# TWINGRAD_UNITY the headers are precompiled instead.
function(twingrad_unite target)
  if(TWINGRAD_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)
  else()
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
endfunction()

# For sources that no computation waits for: most of what -O3 takes longer than LEVEL goes into text and JSON.
function(twingrad_optimise_less target level)
  target_compile_options(${target} PRIVATE $<$<NOT:$<CONFIG:Debug>>:${level}>)
endfunction()

function(twingrad_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Guesses of the optimiser: they are wrong about GCC 12's own AVX-512 intrinsics (GCC bug 105593) and about vectors in
    # aggregates in GCC 14. The sanitizers and valgrind know.
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized -Wno-uninitialized)
    # The compiler collects its garbage from half a gigabyte on: less memory costs a twentieth of the build's time.
    target_compile_options(${target} PRIVATE "SHELL:--param ggc-min-heapsize=524288")
  endif()
  if(TWINGRAD_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(TWINGRAD_NATIVE)
    target_compile_options(${target} PRIVATE -march=native)
  endif()
endfunction()
