# Every library that Toxtore uses, all from Debian; scripts/setup.sh installs them.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # With precompiled headers ccache needs to be told that macros of time and date do not matter.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
endif()

pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(toxcore REQUIRED IMPORTED_TARGET toxcore)
pkg_check_modules(sqlcipher REQUIRED IMPORTED_TARGET sqlcipher)
if(TOXTORE_TESTS)
  pkg_check_modules(libcrypto REQUIRED IMPORTED_TARGET libcrypto)
endif()
pkg_check_modules(qrencode REQUIRED IMPORTED_TARGET libqrencode)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(spdlog REQUIRED)
find_package(Boost CONFIG REQUIRED) # Asio is header-only
