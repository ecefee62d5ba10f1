# The lists of what there is: every header of shared/layers is a layer, and so on. A list written by hand would be a second
# place that knows a layer's name.
#
# twingrad_stems(KIND SUFFIX): from shared/<KIND>/<stem>.hpp makes, below build/include/stems,
#   stems/<KIND>.hpp           includes them; twin::<Kind>: a variant of their specifications, in the order of their names;
#                              twin::k<Kind>Stems: those names
#   stems/<part>/<KIND>.hpp    includes the siblings in <part>/<KIND>, for manual and autograd
# The specification in conv_transpose2d.hpp is called ConvTranspose2d<SUFFIX>.
set(TWINGRAD_STEMS_ROOT ${CMAKE_BINARY_DIR}/include/stems)

function(twingrad_stems kind suffix)
  file(GLOB headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/shared/${kind} ${PROJECT_SOURCE_DIR}/shared/${kind}/*.hpp)
  list(SORT headers)
  string(SUBSTRING ${kind} 0 1 initial)
  string(TOUPPER ${initial} initial)
  string(SUBSTRING ${kind} 1 -1 rest)
  set(name ${initial}${rest})
  set(includes "")
  set(siblings "")
  set(types "")
  set(names "")
  foreach(header IN LISTS headers)
    string(REGEX REPLACE "\\.hpp$" "" stem ${header})
    string(REPLACE "_" ";" words ${stem})
    set(type "")
    foreach(word IN LISTS words)
      string(SUBSTRING ${word} 0 1 first)
      string(TOUPPER ${first} first)
      string(SUBSTRING ${word} 1 -1 others)
      string(APPEND type ${first}${others})
    endforeach()
    string(APPEND includes "#include \"shared/${kind}/${header}\"\n")
    string(APPEND siblings "#include \"@part@/${kind}/${header}\"\n")
    list(APPEND types ${type}${suffix})
    list(APPEND names "\"${stem}\"")
  endforeach()
  list(JOIN types ", " types)
  list(JOIN names ", " names)
  file(CONFIGURE OUTPUT ${TWINGRAD_STEMS_ROOT}/stems/${kind}.hpp CONTENT "// Made from the files of shared/${kind} by cmake/stems.cmake.
#pragma once

#include <string_view>
#include <variant>

${includes}
namespace twin {

using ${name} = std::variant<${types}>;
inline constexpr std::string_view k${name}Stems[] = {${names}};

}  // namespace twin
" @ONLY)
  foreach(part IN ITEMS manual autograd)
    string(REPLACE "@part@" ${part} includes "${siblings}")
    file(CONFIGURE OUTPUT ${TWINGRAD_STEMS_ROOT}/stems/${part}/${kind}.hpp CONTENT "// Made by cmake/stems.cmake.
#pragma once

${includes}" @ONLY)
  endforeach()
endfunction()

twingrad_stems(layers Spec)
twingrad_stems(losses LossSpec)
twingrad_stems(optim Spec)
twingrad_stems(schedules Schedule)
twingrad_stems(clipping Spec)
