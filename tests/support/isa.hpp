#pragma once

#include <vector>

#include <gradus/autograd/kernels/isa.hpp>

namespace gradus::test {

/// Instruction sets that this processor has.
inline std::vector<kernels::Isa> available_isas() {
  std::vector<kernels::Isa> all;
  for (const kernels::Isa isa : {kernels::Isa::baseline, kernels::Isa::avx2, kernels::Isa::avx512})
    if (isa <= kernels::best_isa()) all.push_back(isa);
  return all;
}

/// Loops run on `isa` as long as it lives.
class UseIsa {
 public:
  explicit UseIsa(kernels::Isa isa) : before_(kernels::isa()) { kernels::set_isa(isa); }
  ~UseIsa() { kernels::set_isa(before_); }
  UseIsa(const UseIsa&) = delete;
  UseIsa& operator=(const UseIsa&) = delete;

 private:
  kernels::Isa before_;
};

}  // namespace gradus::test
