#include <gradus/autograd/tensor_function.hpp>

#include <string>

namespace gradus::detail {

void refuse_count(std::size_t given, std::span<const bool> taken) {
  std::string counts;
  for (std::size_t n = 1; n < taken.size(); ++n)
    if (taken[n]) counts += (counts.empty() ? "" : " or ") + std::to_string(n);
  fail<ValueError>("{} inputs for a function of {}", given, counts);
}

}  // namespace gradus::detail
