#include <gradus/autograd/kernels/isa.hpp>

#include <atomic>
#include <cstdlib>
#include <optional>

#include <gradus/autograd/error.hpp>

namespace gradus::kernels {

namespace {

std::optional<Isa> named(std::string_view name) {
  for (const Isa isa : {Isa::baseline, Isa::avx2, Isa::avx512})
    if (name == to_string(isa)) return isa;
  return {};
}

/// What the environment asks for, or the best.
Isa initial() {
  const char* wanted = std::getenv("GRADUS_ISA");
  if (wanted == nullptr || *wanted == '\0') return best_isa();
  const std::optional<Isa> isa = named(wanted);
  require(isa.has_value(), "GRADUS_ISA is \"{}\"; it must be baseline, avx2 or avx512", wanted);
  require(*isa <= best_isa(), "GRADUS_ISA is \"{}\" but the best that this processor can do is {}", wanted,
          to_string(best_isa()));
  return *isa;
}

std::atomic<Isa>& current() {
  static std::atomic<Isa> isa = initial();
  return isa;
}

}  // namespace

std::string_view to_string(Isa isa) {
  return isa == Isa::avx512 ? "avx512" : isa == Isa::avx2 ? "avx2" : "baseline";
}

Isa best_isa() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    return Isa::avx512;
  if (__builtin_cpu_supports("avx2")) return Isa::avx2;
#endif
  return Isa::baseline;
}

Isa isa() { return current().load(std::memory_order_relaxed); }

void set_isa(Isa isa) {
  require(isa <= best_isa(), "{} was asked for but the best that this processor can do is {}", to_string(isa),
          to_string(best_isa()));
  current().store(isa, std::memory_order_relaxed);
}

}  // namespace gradus::kernels
