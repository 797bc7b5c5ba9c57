#include <gradus/autograd/ops/triangle.hpp>

#include <algorithm>

#include <gradus/autograd/kernels/loops.hpp>
#include <gradus/autograd/ops/copy.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

/// Writes zeros above (`lower`) or below a diagonal of each matrix of y, [..., rows, columns]: to one end of
/// each row, or of each column if these lie beside each other in memory.
void clear_beyond(const Tensor& y, bool lower, std::int64_t diagonal) {
  const std::size_t column_dim = y.rank() - 1, row_dim = y.rank() - 2;
  const bool along_rows = y.strides()[column_dim] <= y.strides()[row_dim];
  const std::size_t along = along_rows ? column_dim : row_dim, across = along_rows ? row_dim : column_dim;
  const std::int64_t length = y.shape()[along], step = y.strides()[along];
  const std::int64_t offset = std::clamp(diagonal, -y.size(-2), y.size(-1));
  Shape lines = y.shape();
  lines[along] = 1;
  Strides numbers = Dims::filled(y.rank(), 0);  // of the lines in their matrix
  numbers[across] = 1;
  dispatch(y.dtype(), [&]<class T>() {
    T* const out = y.mutable_data<T>();
    kernels::walk_all(kernels::plan_walk(lines, y.strides(), numbers), std::max<std::int64_t>(length / 2, 1),
                      [=](const auto& offsets, std::int64_t n, const auto& steps) {
                        for (std::int64_t i = 0; i < n; ++i) {
                          // The last of a row is on the diagonal's lower side up to `number` + offset; a
                          // column is a row of the transpose, whose diagonal lies at -offset and whose sides
                          // have changed places.
                          const std::int64_t number = offsets[1] + i * steps[1];
                          const bool clears_end = lower == along_rows;
                          const std::int64_t kept = along_rows ? number + offset : number - offset;
                          const std::int64_t cut =
                              std::clamp<std::int64_t>(clears_end ? kept + 1 : kept, 0, length);
                          T* const line = out + offsets[0] + i * steps[0];
                          for (std::int64_t j = clears_end ? cut : 0; j < (clears_end ? length : cut); ++j)
                            line[j * step] = T(0);
                        }
                      });
  });
}

template <bool lower>
struct Triangle {
  static constexpr std::string_view name = lower ? "tril" : "triu";
  std::int64_t diagonal;

  Tensor forward(const Tensor& x) const {
    const Tensor y = elementwise::result(x.shape(), x.dtype(), x);
    copy_values(x, y);
    clear_beyond(y, lower, diagonal);
    return y;
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return record(Triangle{diagonal}, {}, d.grad()); });
  }
};

template <bool lower>
Tensor triangle(const Tensor& x, std::int64_t diagonal, const SourceLocation& at) {
  const OpScope scope(Triangle<lower>::name, at);
  require<ShapeError>(x.rank() >= 2, "given {}; needs at least two dimensions", x.shape());
  return record(Triangle<lower>{diagonal}, at, x);
}

}  // namespace

Tensor tril(const Tensor& x, std::int64_t diagonal, SourceLocation at) {
  return triangle<true>(x, diagonal, at);
}
Tensor triu(const Tensor& x, std::int64_t diagonal, SourceLocation at) {
  return triangle<false>(x, diagonal, at);
}

}  // namespace gradus
