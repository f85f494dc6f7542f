# Warnings on our own targets only; errors in CI, not for people who just build.
function(befriend_warnings target)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
        -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual)
    if(BEFRIEND_WERROR)
        target_compile_options(${target} PRIVATE -Werror)
    endif()
endfunction()
