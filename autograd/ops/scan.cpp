#include <gradus/autograd/ops/scan.hpp>

#include <gradus/autograd/kernels/rows.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

struct Cumsum {
  static constexpr std::string_view name = "cumsum";
  std::int64_t dim;
  bool reverse = false;

  Tensor forward(const Tensor& x) const {
    return dispatch(x.dtype(), [&]<class T>() {
      using Sum = std::conditional_t<std::is_floating_point_v<T>, double, std::int64_t>;
      using R = std::conditional_t<std::is_floating_point_v<T>, T, std::int64_t>;
      Tensor y = empty(x.shape(), dtype_of<R>);
      const auto rows =
          kernels::plan_rows(x.shape(), static_cast<std::size_t>(dim), y.strides(), x.strides());
      R* out = y.mutable_data<R>();
      const T* in = x.data<T>();
      kernels::for_each_row(rows, 1, [&](const auto& places) {
        const kernels::Strided<R> to{out + places[0], rows.steps[0]};
        const kernels::Strided<const T> from{in + places[1], rows.steps[1]};
        Sum sum = 0;
        for (std::int64_t k = 0; k < rows.length; ++k) {
          const std::int64_t i = reverse ? rows.length - 1 - k : k;
          sum += static_cast<Sum>(from[i]);
          to[i] = static_cast<R>(sum);
        }
      });
      return y;
    });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return record(Cumsum{dim, !reverse}, SourceLocation::current(), d.grad()); });
  }
};

}  // namespace

Tensor cumsum(const Tensor& x, std::int64_t dim, SourceLocation at) {
  const OpScope scope("cumsum", at);
  return record(Cumsum{static_cast<std::int64_t>(wrap_dim(dim, x.rank()))}, at, x);
}

}  // namespace gradus
