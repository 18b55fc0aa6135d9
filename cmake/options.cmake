# What every target of the project is compiled with. Options are target-scoped: third-party code keeps its own.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

find_program(RINGFENCE_CCACHE ccache)
if(RINGFENCE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${RINGFENCE_CCACHE}")
endif()

add_library(ringfence_options INTERFACE)
target_include_directories(ringfence_options INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(ringfence_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Wcast-align -Wformat=2 -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False positives of GCC 12 inside libstdc++ at -O2 and above (GCC bugs 105329, 105651, 107852).
  target_compile_options(ringfence_options INTERFACE
    -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds -Wno-maybe-uninitialized -Wno-stringop-overread)
endif()

if(RINGFENCE_SANITIZE)
  list(JOIN RINGFENCE_SANITIZE "," sanitizers)
  target_compile_options(ringfence_options INTERFACE
    -fsanitize=${sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(ringfence_options INTERFACE -fsanitize=${sanitizers})
  if(sanitizers STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Asio has fences, which the sanitizer does not see; its locks and atomics it does.
    target_compile_options(ringfence_options INTERFACE -Wno-tsan)
  endif()
else()
  # A shipped binary faces hostile bytes on both sides.
  target_compile_options(ringfence_options INTERFACE
    -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE
    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>)
  target_link_options(ringfence_options INTERFACE -pie -Wl,-z,relro,-z,now,-z,noexecstack)
endif()

# ringfence_library(name SOURCES … [PUBLIC targets…] [PRIVATE targets…]): one library a folder.
function(ringfence_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC ringfence_options ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
endfunction()

# ringfence_test(name SOURCES … LIBRARIES …): one GoogleTest binary for one library.
function(ringfence_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ringfence_options ${arg_LIBRARIES} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE RINGFENCE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60)
endfunction()

# `tidy` and `format` as targets, so that a reviewer and CI run the same thing.
function(ringfence_quality_targets)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS
    "${PROJECT_SOURCE_DIR}/policy/*.cpp" "${PROJECT_SOURCE_DIR}/proxy/*.cpp")
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS
    "${PROJECT_SOURCE_DIR}/policy/*.h" "${PROJECT_SOURCE_DIR}/proxy/*.h"
    "${PROJECT_SOURCE_DIR}/tests/*.h" "${PROJECT_SOURCE_DIR}/tests/*.cpp")
  find_program(CLANG_TIDY NAMES clang-tidy clang-tidy-14)
  find_program(CLANG_FORMAT NAMES clang-format-14 clang-format)
  if(CLANG_TIDY)
    add_custom_target(tidy COMMAND "${CLANG_TIDY}" -p "${CMAKE_BINARY_DIR}" --quiet ${files} VERBATIM)
  endif()
  if(CLANG_FORMAT)
    add_custom_target(format COMMAND "${CLANG_FORMAT}" -i ${files} ${headers} VERBATIM)
    add_custom_target(format-check COMMAND "${CLANG_FORMAT}" --dry-run --Werror ${files} ${headers} VERBATIM)
  endif()
endfunction()
