# Every dependency, with the reason for it. All are Debian packages (packages.txt).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)                                # JSON in and out
pkg_check_modules(yaml REQUIRED IMPORTED_TARGET yaml-0.1)                # scripts: events with positions
pkg_check_modules(icu REQUIRED IMPORTED_TARGET icu-i18n>=72 icu-uc>=72)  # folding, MessageFormat, widths
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)                      # `regex:` patterns, linear time
pkg_check_modules(sqlite REQUIRED IMPORTED_TARGET sqlite3)               # the embedded store
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)             # encryption of the store
pkg_check_modules(toml REQUIRED tomlplusplus)                              # the config of a bot; headers only
pkg_check_modules(edit REQUIRED IMPORTED_TARGET libedit)                 # line editing in the terminal
find_package(OpenSSL 3.0 REQUIRED)                                       # TLS in adapters/net
add_library(befriend_json INTERFACE)
target_link_libraries(befriend_json INTERFACE nlohmann_json::nlohmann_json)

find_program(BEFRIEND_CCACHE ccache)
if(BEFRIEND_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${BEFRIEND_CCACHE})
endif()
find_program(BEFRIEND_MOLD mold)
if(BEFRIEND_MOLD)
    add_link_options(-fuse-ld=mold)
endif()
