# Warnings on our own targets only; errors in CI, not for people who just build.
function(befriend_warnings target)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
        -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual)
    # g++ 12 calls the operators of a coroutine's frame mismatched where it inlines only one of the two.
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>)
    if(BEFRIEND_WERROR)
        target_compile_options(${target} PRIVATE -Werror)
    endif()
endfunction()
