#include <gradus/autograd/ops/probabilities.hpp>

#include <gradus/autograd/kernels/loops.hpp>

namespace gradus {

void require_probabilities(const Tensor& x, std::string_view role) {
  dispatch_floating(x.dtype(), [&]<class T>() {
    const T* data = x.data<T>();
    std::int64_t index = 0;
    // In row-major order, so that the index in the text is the one the user counts to.
    const kernels::Walk<1> walk = kernels::plan_walk(x.shape(), x.strides());
    bool fine = true;
    kernels::walk_range(walk, 0, walk.count, [&](const auto& offsets, std::int64_t n, const auto& steps) {
      for (std::int64_t i = 0; i < n; ++i) {
        const T v = data[offsets[0] + i * steps[0]];
        fine = fine && v >= T(0) && v <= T(1);
      }
    });
    if (fine) return;
    for (const T v : x.to_vector<T>()) {
      require(v >= T(0) && v <= T(1), "{} holds {} (element {}), which is not a probability in [0, 1]", role,
              v, index);
      ++index;
    }
  });
}

}  // namespace gradus
