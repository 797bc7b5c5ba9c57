#include <gradus/autograd/kernels/gemm.hpp>

#include <algorithm>
#include <optional>

#include <gradus/autograd/kernels/gemm_tile.hpp>
#include <gradus/autograd/kernels/memory.hpp>
#include <gradus/autograd/kernels/parallel.hpp>

namespace gradus::kernels {

namespace {

// A tile of the result and the blocks of a and b behind it stay in a core's L2: 64 KB, 64 KB and 128 KB in
// float.
constexpr std::int64_t tile_rows = 64, tile_cols = 128, block_depth = 256;

/// A block of a matrix as rows of unit stride: in place if it is stored so, else packed.
template <class T>
class Block {
 public:
  explicit Block(std::int64_t capacity) : capacity_(capacity) {}

  void load(const Matrix<const T>& m, std::int64_t row, std::int64_t col, std::int64_t rows,
            std::int64_t cols) {
    const T* from = m.data + row * m.row_stride + col * m.col_stride;
    if (m.col_stride == 1 && m.row_stride >= cols) {
      data = from;
      stride = m.row_stride;
      return;
    }
    if (!packed_) packed_.emplace(capacity_);
    T* to = packed_->data();
    constexpr std::int64_t strip = 16;  // both sides of a transposition stay within a few cache lines
    for (std::int64_t j0 = 0; j0 < cols; j0 += strip)
      for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t j = j0; j < std::min(cols, j0 + strip); ++j)
          to[i * cols + j] = from[i * m.row_stride + j * m.col_stride];
    data = to;
    stride = cols;
  }

  const T* data = nullptr;
  std::int64_t stride = 0;

 private:
  std::int64_t capacity_;
  std::optional<Scratch<T>> packed_;
};

template <class T>
void clear(const Matrix<T>& c) {
  for (std::int64_t i = 0; i < c.rows; ++i) std::fill_n(c.data + i * c.row_stride, c.cols, T(0));
}

}  // namespace

template <class T>
void gemm(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c, bool accumulate) {
  if (c.rows == 0 || c.cols == 0) return;
  if (c.col_stride != 1) {
    gemm(b.transposed(), a.transposed(), c.transposed(), accumulate);
    return;
  }
  if (a.cols == 0) {
    if (!accumulate) clear(c);
    return;
  }
  const std::int64_t down = chunk_count(c.rows, tile_rows), across = chunk_count(c.cols, tile_cols);
  const std::int64_t row_step = chunk_count(c.rows, down), col_step = chunk_count(c.cols, across);
  const std::int64_t cost = row_step * col_step * a.cols / 16;  // multiply-adds of a tile, 16 at a time
  parallel_for(down * across, chunk_for(cost), [&](std::int64_t begin, std::int64_t end) {
    Block<T> left(row_step * block_depth), right(block_depth * col_step);
    for (std::int64_t t = begin; t < end; ++t) {
      const std::int64_t i = t / across * row_step, j = t % across * col_step;
      const std::int64_t rows = std::min(row_step, c.rows - i), cols = std::min(col_step, c.cols - j);
      if (rows <= 0 || cols <= 0) continue;
      T* out = c.data + i * c.row_stride + j;
      for (std::int64_t k = 0; k < a.cols; k += block_depth) {
        const std::int64_t depth = std::min(block_depth, a.cols - k);
        left.load(a, i, k, rows, depth);
        right.load(b, k, j, depth, cols);
        const Tile<T> tile({rows, cols, depth, left.stride, right.stride, std::max(c.row_stride, cols)},
                           accumulate || k > 0);
        tile(left.data, right.data, out);
      }
    }
  });
}

template void gemm(const Matrix<const float>&, const Matrix<const float>&, const Matrix<float>&, bool);
template void gemm(const Matrix<const double>&, const Matrix<const double>&, const Matrix<double>&, bool);

}  // namespace gradus::kernels
