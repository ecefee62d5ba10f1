# LibTorch as the target twingrad::libtorch, from Debian's libtorch-dev, the unpacked zip or a Python wheel, wherever
# CMAKE_PREFIX_PATH points.
#
# The package that is installed includes this file too, with the folder that it was built with in twingrad_torch_root.
# There the caller of find_package(twingrad) decides what is an error: without LibTorch there is no target.
#
# LibTorch's own TorchConfig.cmake demands the whole CUDA toolkit, compiler included, as soon as the library was built
# with CUDA. The autograd twin compiles no CUDA code: the headers and the libraries are all it needs.

if(TARGET twingrad::libtorch)
  return()
endif()

# For a wheel, CMAKE_PREFIX_PATH names torch/share/cmake: what is sought lies two levels above.
set(torch_hints ${twingrad_torch_root})
foreach(prefix ${CMAKE_PREFIX_PATH} $ENV{CMAKE_PREFIX_PATH})
  list(APPEND torch_hints ${prefix} ${prefix}/../..)
endforeach()

set(torch_required REQUIRED)
if(CMAKE_FIND_PACKAGE_NAME)
  set(torch_required "")
endif()
find_path(TWINGRAD_TORCH_INCLUDE torch/csrc/api/include/torch/torch.h HINTS ${torch_hints} PATH_SUFFIXES include
          ${torch_required})
if(NOT TWINGRAD_TORCH_INCLUDE)
  return()
endif()
cmake_path(GET TWINGRAD_TORCH_INCLUDE PARENT_PATH torch_root)
set(torch_libraries)
foreach(library torch torch_cpu c10 torch_cuda c10_cuda)
  string(TOUPPER TWINGRAD_${library}_LIBRARY variable)
  set(required ${torch_required})
  if(library MATCHES "cuda")
    set(required "")
  endif()
  find_library(${variable} ${library} HINTS ${torch_root} PATH_SUFFIXES lib ${required})
  if(${variable})
    list(APPEND torch_libraries ${${variable}})
  elseif(NOT library MATCHES "cuda")
    return()
  endif()
endforeach()

file(GLOB torch_config ${torch_root}/share/cmake/Torch/TorchConfig.cmake)
if(torch_config)
  file(STRINGS ${torch_config} old_abi REGEX "_GLIBCXX_USE_CXX11_ABI=0")
  if(old_abi)
    message(FATAL_ERROR "${torch_root} was built for the C++ ABI of before GCC 5, and no other library here is: "
                        "take the \"cxx11 ABI\" zip, or a wheel of 2.7 or newer")
  endif()
endif()

# Imported: an export keeps its name, and leaves it to be found again.
add_library(twingrad::libtorch INTERFACE IMPORTED)
target_include_directories(twingrad::libtorch SYSTEM INTERFACE
                           ${TWINGRAD_TORCH_INCLUDE} ${TWINGRAD_TORCH_INCLUDE}/torch/csrc/api/include)
# Nothing refers to the CUDA library by name: it registers itself when it is loaded, so the linker must not drop it. Its
# own dependencies it finds by itself, at run time.
#
# libstdc++ comes first, whatever the compiler's driver appends: a wheel's libtorch.so exports parts of the standard
# library that it was linked with, and its std::filesystem::remove_all() jumps to address 0 in a program of ours.
target_link_libraries(twingrad::libtorch INTERFACE -Wl,--push-state,--no-as-needed stdc++ ${torch_libraries}
                                                   -Wl,--pop-state)
target_link_options(twingrad::libtorch INTERFACE -Wl,--allow-shlib-undefined)
if(NOT twingrad_FIND_QUIETLY)
  message(STATUS "LibTorch: ${torch_libraries}")
endif()
