#pragma once

#include <string_view>
#include <type_traits>

/// Loops compiled for several instruction sets, one of which is taken at run time.
namespace gradus::kernels {

/// Instruction sets of x86-64, each including those before it. On other processors there is only `baseline`.
enum class Isa { baseline, avx2, avx512 };

/// "baseline", "avx2" or "avx512".
std::string_view to_string(Isa isa);

/// The best that this processor and system can do.
Isa best_isa();

/// What loops run on: the best, unless the environment's GRADUS_ISA names a lesser one or `set_isa` chose.
/// Throws ValueError when GRADUS_ISA names none, or one that the processor lacks.
Isa isa();

/// Chooses for the whole process, for tests and comparisons. Throws ValueError when the processor lacks it.
void set_isa(Isa isa);

#if defined(__x86_64__) && !defined(GRADUS_SANITIZE)
namespace detail {

// Calls within are inlined, `f` first of all, and so compiled for the instruction set named.
template <class F>
[[gnu::flatten, gnu::noinline]] void run_baseline(F f) {
  f();
}
template <class F>
[[gnu::target("avx2"), gnu::flatten, gnu::noinline]] void run_avx2(F f) {
  f();
}
// Vectors of 512 bits are asked for, because compilers prefer 256 for the sake of older processors.
#if defined(__clang__)
#define GRADUS_TARGET_AVX512 "avx512f,avx512bw,avx512dq,avx512vl"  // no such wish can be told to clang 14
#else
#define GRADUS_TARGET_AVX512 "avx512f,avx512bw,avx512dq,avx512vl,prefer-vector-width=512"
#endif
template <class F>
[[gnu::target(GRADUS_TARGET_AVX512), gnu::flatten, gnu::noinline]] void run_avx512(F f) {
  f();
}
#undef GRADUS_TARGET_AVX512

}  // namespace detail

/// Calls `f()`, compiled once for each instruction set, for the present one. Loops in it are vectorised by
/// the compiler, without contracting or reordering any arithmetic: the result has the same bits on each. `f`
/// is copied, so it should capture by value.
template <class F>
void vectorized(F f) {
  switch (isa()) {
    case Isa::avx512:
      return detail::run_avx512(f);
    case Isa::avx2:
      return detail::run_avx2(f);
    case Isa::baseline:
      return detail::run_baseline(f);
  }
}

/// As above, by vectors of 256 bits at most.
template <class F>
void vectorized_narrow(F f) {
  if (isa() == Isa::baseline)
    detail::run_baseline(f);
  else
    detail::run_avx2(f);
}
#else
template <class F>  // a sanitizer finds in one what it would find in three
void vectorized(F f) {
  f();
}
template <class F>
void vectorized_narrow(F f) {
  f();
}
#endif

/// As `vectorized` if one of the element types T that `f` works on is floating, or a byte, of which a vector
/// holds many. Loops over int64 alone are not worth the code.
template <class... T, class F>
void vectorized_for(F f) {
  if constexpr (((std::is_floating_point_v<T> || sizeof(T) == 1) || ...))
    vectorized(f);
  else
    f();
}

}  // namespace gradus::kernels
