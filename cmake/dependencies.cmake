# Third-party libraries, all from Debian. tests/run.sh and examples/quickstart.sh install them.
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(libpq REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(systemd REQUIRED IMPORTED_TARGET libsystemd)
if(RINGFENCE_TESTS)
  find_package(GTest REQUIRED)
endif()

if(NOT TARGET yaml-cpp::yaml-cpp)          # yaml-cpp before 0.8 exports the plain name
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()

# Debian's prometheus-cpp ships no CMake package on every release; the library names are stable.
find_path(PROMETHEUS_INCLUDE_DIR prometheus/registry.h REQUIRED)
find_library(PROMETHEUS_CORE_LIBRARY prometheus-cpp-core REQUIRED)
add_library(ringfence_prometheus INTERFACE)
target_include_directories(ringfence_prometheus SYSTEM INTERFACE "${PROMETHEUS_INCLUDE_DIR}")
target_link_libraries(ringfence_prometheus INTERFACE "${PROMETHEUS_CORE_LIBRARY}")

# PostgreSQL's own parser, and the protobuf-c runtime whose descriptors the analyser walks. The static archive: the
# version of the grammar is part of what a release of ringfence is.
find_path(PG_QUERY_INCLUDE_DIR pg_query.h REQUIRED)
find_library(PG_QUERY_LIBRARY NAMES libpg_query.a pg_query REQUIRED)
find_library(PROTOBUF_C_LIBRARY protobuf-c REQUIRED)
find_library(XXHASH_LIBRARY xxhash)
add_library(ringfence_pg_query INTERFACE)
target_include_directories(ringfence_pg_query SYSTEM INTERFACE "${PG_QUERY_INCLUDE_DIR}")
target_link_libraries(ringfence_pg_query INTERFACE "${PG_QUERY_LIBRARY}" "${PROTOBUF_C_LIBRARY}"
  $<$<BOOL:${XXHASH_LIBRARY}>:${XXHASH_LIBRARY}> Threads::Threads m)
