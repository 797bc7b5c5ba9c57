#include <gradus/nn/digest.hpp>

namespace gradus::nn {

namespace {

/// Fowler, Noll and Vo's hash, variant 1a, of 64 bits.
class Fnv {
 public:
  void add(const void* data, std::size_t bytes) {
    const auto* p = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < bytes; ++i) state_ = (state_ ^ p[i]) * 0x100000001b3ULL;
  }
  std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325ULL;
};

}  // namespace

std::uint64_t digest(const std::vector<std::pair<std::string, Tensor>>& tensors) {
  Fnv hash;
  for (const auto& [name, x] : tensors) {
    hash.add(name.data(), name.size());
    for (const std::int64_t size : x.shape()) hash.add(&size, sizeof size);
    const Tensor dense = x.detach().contiguous();
    dispatch(dense.dtype(), [&]<class T>() {
      hash.add(dense.data<T>(), static_cast<std::size_t>(dense.numel()) * sizeof(T));
    });
  }
  return hash.value();
}

}  // namespace gradus::nn
