# twingrad_install(PART...): cmake --install puts the static libraries of these parts, their headers (below
# include/twingrad) and a package for find_package(twingrad). Each part comes after those that it uses.
#
# The same package stands in the build folder, where the headers are those of the source:
# find_package(twingrad PATHS <build folder> NO_DEFAULT_PATH).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

function(twingrad_install)
  set(package lib/cmake/twingrad)
  foreach(part ${ARGN})
    set_target_properties(${part} PROPERTIES OUTPUT_NAME twingrad_${part})
    # Ours say "shared/…", other people's "twingrad/shared/…".
    target_include_directories(${part} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
                                                 $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/twingrad>)
    # An export for each: whoever asks for one part need not have what the others link.
    install(TARGETS ${part} EXPORT twingrad-${part} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
    install(EXPORT twingrad-${part} NAMESPACE twingrad:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/twingrad)
    export(EXPORT twingrad-${part} NAMESPACE twingrad:: FILE ${CMAKE_BINARY_DIR}/${package}/twingrad-${part}.cmake)
    if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/${part})
      install(DIRECTORY ${part} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/twingrad FILES_MATCHING PATTERN "*.hpp")
    endif()
  endforeach()

  # The lists of stems are made when the build is configured.
  install(DIRECTORY ${TWINGRAD_STEMS_ROOT}/stems DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/twingrad)

  set(parts ${ARGN})
  set(torch_root "")
  if(TWINGRAD_TORCH_INCLUDE)
    cmake_path(GET TWINGRAD_TORCH_INCLUDE PARENT_PATH torch_root)
  endif()
  set(config ${CMAKE_BINARY_DIR}/${package}/twingrad-config.cmake)
  set(version ${CMAKE_BINARY_DIR}/${package}/twingrad-config-version.cmake)
  configure_file(cmake/twingrad-config.cmake.in ${config} @ONLY)
  write_basic_package_version_file(${version} COMPATIBILITY SameMinorVersion)
  configure_file(cmake/torch.cmake ${CMAKE_BINARY_DIR}/${package}/torch.cmake COPYONLY)
  install(FILES ${config} ${version} cmake/torch.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/twingrad)
endfunction()
