#include <gradus/autograd/kernels/gemm.hpp>

#include <algorithm>

#include <gradus/autograd/kernels/gemm_blocked.hpp>
#include <gradus/autograd/kernels/gemm_tile.hpp>
#include <gradus/autograd/kernels/isa.hpp>
#include <gradus/autograd/kernels/memory.hpp>
#include <gradus/autograd/kernels/pack.hpp>
#include <gradus/autograd/kernels/parallel.hpp>

namespace gradus::kernels {

namespace {

constexpr std::int64_t depth = 256;      // of a packed block of b, which with a few rows of a stays in L1
constexpr std::int64_t row_tile = 48;    // rows of a and c that one product takes
constexpr std::int64_t tall = 16;        // rows from which packing b pays
constexpr std::int64_t few_rows = 4;     // below, a product is some dot products
constexpr std::int64_t least_tasks = 8;  // so that several threads have work

template <class T>
bool by_rows(const Matrix<const T>& m) {
  return m.col_stride == 1 && (m.rows == 1 || m.row_stride >= m.cols);
}

/// c = a b for few rows of a and a b stored by columns: each element is a dot product, added up in lanes of
/// fixed number.
template <class T>
void dot_products(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c, bool accumulate) {
  parallel_for(c.cols, chunk_for(a.cols * c.rows / 4), [&](std::int64_t begin, std::int64_t end) {
    vectorized([=] {
      constexpr std::int64_t lanes = 32;
      for (std::int64_t j = begin; j < end; ++j)
        for (std::int64_t i = 0; i < c.rows; ++i) {
          const T* x = a.data + i * a.row_stride;
          const T* y = b.data + j * b.col_stride;
          T sums[lanes] = {};
          std::int64_t k = 0;
          for (; k + lanes <= a.cols; k += lanes)
            for (std::int64_t l = 0; l < lanes; ++l) sums[l] += x[k + l] * y[k + l];
          for (std::int64_t l = 0; k < a.cols; ++k, ++l) sums[l] += x[k] * y[k];
          for (std::int64_t width = lanes / 2; width > 0; width /= 2)
            for (std::int64_t l = 0; l < width; ++l) sums[l] += sums[l + width];
          T& to = c.data[i * c.row_stride + j];
          to = accumulate ? to + sums[0] : sums[0];
        }
    });
  });
}

/// c = a b by way of its transpose: cheaper to arrange when b is large and stored by columns.
template <class T>
void by_transpose(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c, bool accumulate) {
  const Scratch<T> flipped(c.rows * c.cols);  // [c.cols, c.rows]
  if (accumulate) transpose(c.data, c.row_stride, c.rows, c.cols, flipped.data(), c.rows);
  gemm(b.transposed(), a.transposed(), row_major(flipped.data(), c.cols, c.rows), accumulate);
  transpose(flipped.data(), c.rows, c.cols, c.rows, c.data, c.row_stride);
}

/// Rows [begin, end) of c = a b, where c and b are as wide as a tile; a is stored by rows.
template <class T>
void multiply_block(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c,
                    std::int64_t begin, std::int64_t end, bool accumulate, T* packed) {
  const std::int64_t rows = end - begin, tile = chunk_count(rows, chunk_count(rows, row_tile));
  for (std::int64_t k = 0; k < a.cols; k += depth) {
    const std::int64_t deep = std::min(depth, a.cols - k);
    const Matrix<const T> block = part(b, k, 0, deep, b.cols);
    const bool in_place = by_rows(block) && (rows < tall || block.row_stride == b.cols);
    if (!in_place) copy(block, packed);
    const auto product = [&](std::int64_t m) {
      return Tile<T>({m, b.cols, deep, std::max(a.row_stride, deep),
                      in_place ? std::max(block.row_stride, b.cols) : b.cols, std::max(c.row_stride, b.cols)},
                     accumulate || k > 0);
    };
    const Tile<T> whole = product(tile), rest = product(rows - (rows - 1) / tile * tile);
    for (std::int64_t i = begin; i < end; i += tile)
      (i + tile <= end ? whole : rest)(a.data + i * a.row_stride + k, in_place ? block.data : packed,
                                       c.data + i * c.row_stride);
  }
}

/// How a product is cut into tasks.
struct Blocks {
  template <class T>
  Blocks(const Matrix<const T>& a, const Matrix<T>& c)
      : width(std::min(preferred_tile_columns<T>(), c.cols)),
        across(chunk_count(c.cols, width)),
        cost(std::max<std::int64_t>(width * a.cols / 16, 1)),
        rows(std::max({chunk_count(c.rows, chunk_count(least_tasks, across)), chunk_for(cost) / 2,
                       std::min(c.rows, row_tile)})),
        down(chunk_count(c.rows, rows)) {}

  std::int64_t width, across;  // of strips
  std::int64_t cost;           // of a row of a block
  std::int64_t rows, down;
};

/// c = a b, where `strip(i)` gives b strip by strip.
template <class T, class Strip>
void multiply(const Matrix<const T>& a, const Strip& strip, const Matrix<T>& c, const Blocks& blocks,
              bool accumulate) {
  parallel_for(blocks.down * blocks.across, chunk_for(std::min(blocks.rows, c.rows) * blocks.cost),
               [&](std::int64_t begin, std::int64_t end) {
                 const Scratch<T> packed(std::min(depth, a.cols) * blocks.width);
                 for (std::int64_t t = begin; t < end; ++t) {
                   const std::int64_t i = t % blocks.down * blocks.rows, j = t / blocks.down;
                   const Matrix<const T> b = strip(j);
                   const Matrix<T> columns{c.data + j * blocks.width, c.rows, b.cols, c.row_stride, 1};
                   multiply_block(a, b, columns, i, std::min(c.rows, i + blocks.rows), accumulate,
                                  packed.data());
                 }
               });
}

/// Whether there is nothing to multiply; c is complete then.
template <class T>
bool no_products(const Matrix<const T>& a, const Matrix<T>& c, bool accumulate) {
  if (a.cols == 0 && !accumulate)
    for (std::int64_t i = 0; i < c.rows; ++i)
      for (std::int64_t j = 0; j < c.cols; ++j) c.data[i * c.row_stride + j * c.col_stride] = T(0);
  return c.rows == 0 || c.cols == 0 || a.cols == 0;
}

/// A copy of `a` stored by rows, made in parallel.
template <class T>
Scratch<T> copy_by_rows(const Matrix<const T>& a) {
  Scratch<T> rows(a.rows * a.cols);
  parallel_for(a.rows, std::max<std::int64_t>(chunk_for(a.cols), 8),
               [&](std::int64_t begin, std::int64_t end) {
                 copy(part(a, begin, 0, end - begin, a.cols), rows.data() + begin * a.cols);
               });
  return rows;
}

}  // namespace

template <class T>
void gemm(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c, bool accumulate) {
  if (no_products(a, c, accumulate)) return;
  if (c.col_stride != 1) return gemm(b.transposed(), a.transposed(), c.transposed(), accumulate);
  if (worth_blocking(a, c)) return gemm_blocked(a, b, c, accumulate);
  if (b.row_stride == 1 && b.col_stride != 1) {
    if (c.rows <= few_rows && a.col_stride == 1) return dot_products(a, b, c, accumulate);
    if (c.rows >= 8 && c.rows * (a.cols + c.cols) < a.cols * c.cols) return by_transpose(a, b, c, accumulate);
  }
  if (!by_rows(a)) {
    if (c.rows * a.cols > c.cols * (a.cols + c.rows)) return by_transpose(a, b, c, accumulate);
    const Scratch<T> rows = copy_by_rows(a);
    return gemm(row_major<const T>(rows.data(), a.rows, a.cols), b, c, accumulate);
  }
  const Blocks blocks(a, c);
  if (blocks.down > 1 && !by_rows(b)) return gemm(a, Strips<T>(b), c, accumulate);
  const auto strip = [&](std::int64_t i) {
    const std::int64_t first = i * blocks.width;
    return part(b, 0, first, b.rows, std::min(blocks.width, b.cols - first));
  };
  multiply(a, strip, c, blocks, accumulate);
}

template <class T>
Strips<T>::Strips(const Matrix<const T>& b) : rows_(b.rows), cols_(b.cols), memory_(b.rows * b.cols) {
  constexpr std::int64_t rows_at_once = 64;
  const std::int64_t width = preferred_tile_columns<T>(), pieces = chunk_count(b.rows, rows_at_once);
  parallel_for(chunk_count(b.cols, width) * pieces, chunk_for(rows_at_once * width),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t t = begin; t < end; ++t) {
                   const std::int64_t first = t / pieces * width, row = t % pieces * rows_at_once;
                   const std::int64_t columns = std::min(width, b.cols - first);
                   copy(part(b, row, first, std::min(rows_at_once, b.rows - row), columns),
                        memory_.data() + first * b.rows + row * columns);
                 }
               });
}

template <class T>
Matrix<const T> Strips<T>::operator[](std::int64_t i) const {
  const std::int64_t width = preferred_tile_columns<T>(), first = i * width;
  return row_major<const T>(memory_.data() + first * rows_, rows_, std::min(width, cols_ - first));
}

template <class T>
void gemm(const Matrix<const T>& a, const Strips<T>& b, const Matrix<T>& c, bool accumulate) {
  if (no_products(a, c, accumulate)) return;
  multiply(
      a, [&](std::int64_t i) { return b[i]; }, c, Blocks(a, c), accumulate);
}

template void gemm(const Matrix<const float>&, const Matrix<const float>&, const Matrix<float>&, bool);
template void gemm(const Matrix<const double>&, const Matrix<const double>&, const Matrix<double>&, bool);
template class Strips<float>;
template class Strips<double>;
template void gemm(const Matrix<const float>&, const Strips<float>&, const Matrix<float>&, bool);
template void gemm(const Matrix<const double>&, const Strips<double>&, const Matrix<double>&, bool);

}  // namespace gradus::kernels
