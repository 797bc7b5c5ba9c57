#include <gradus/autograd/kernels/correlate.hpp>

#include <algorithm>
#include <optional>

#include <gradus/autograd/kernels/gemm_tile.hpp>
#include <gradus/autograd/kernels/memory.hpp>
#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/kernels/pixels.hpp>
#include <gradus/autograd/kernels/winograd.hpp>

namespace gradus::kernels {

namespace {

constexpr std::int64_t row_tile = 30;             // places of a row that one product takes
constexpr std::int64_t resident_bytes = 1 << 18;  // of matrices that stay in a core's L2 from row to row
constexpr std::int64_t places_at_once = 256;      // of small, deep images
constexpr std::int64_t least_tasks = 16;          // so that several threads have work

template <class T>
class Run {
 public:
  Run(const Correlation<T>& c, Pass pass)
      : c_(c),
        pass_(std::move(pass)),
        step_(tile_depth(c.depth)),
        block_(tile_columns<T>(c.width)),
        blocks_(chunk_count(c.width, block_)),
        matrix_(c.depth * block_) {
    const auto [top, bottom] = std::minmax_element(pass_.taps.begin(), pass_.taps.end(),
                                                   [](const Tap& a, const Tap& b) { return a.row < b.row; });
    const auto [left, right] = std::minmax_element(
        pass_.taps.begin(), pass_.taps.end(), [](const Tap& a, const Tap& b) { return a.column < b.column; });
    first_ = Pair(top->row, left->column);
    reach_ = Pair(bottom->row - top->row + 1, right->column - left->column + 1);
    in_place_ = readable(c.x, c.depth, c.size, box(0, pass_.count.h));
    if (in_place_ && pass_.taps.size() == 1) join_rows();
  }

  void operator()() {
    pack();
    const std::int64_t row_cost = std::max<std::int64_t>(
        pass_.count.w * c_.depth * c_.width * static_cast<std::int64_t>(pass_.taps.size()) / 16, 1);
    // Matrices that no L2 holds are read once for several images; small images share a task anyhow.
    const std::int64_t places = pass_.count.h * pass_.count.w;
    const std::int64_t together = std::clamp<std::int64_t>(
        matrix_ * static_cast<std::int64_t>(pass_.taps.size() * sizeof(T)) > resident_bytes && !in_place_
            ? places_at_once / places
            : 1,
        1, c_.images);
    const std::int64_t groups = chunk_count(c_.images, together) * c_.groups;
    const std::int64_t rows =
        std::clamp(std::max(chunk_count(pass_.count.h, chunk_count(least_tasks, groups)),
                            chunk_for(row_cost * together) / 2),
                   std::int64_t(1), pass_.count.h);
    const std::int64_t strips = chunk_count(pass_.count.h, rows);
    // A few deep pixels: the threads share the channels of the result.
    const std::int64_t shares =
        groups * strips < least_tasks && rows * row_cost * together > 65536 ? blocks_ : 1;
    const std::int64_t pixels = box(0, rows).height * box(0, rows).width * c_.depth;
    parallel_for(groups * strips * shares, chunk_for(rows * row_cost * together / shares),
                 [&](std::int64_t begin, std::int64_t end) {
                   std::optional<Scratch<T>> scratch;
                   if (!in_place_) scratch.emplace(pixels * together);
                   for (std::int64_t i = begin; i < end; ++i) {
                     const std::int64_t strip = i / shares % strips, g = i / shares / strips % c_.groups;
                     const std::int64_t image = i / shares / strips / c_.groups * together;
                     const Task task{image, std::min(c_.images, image + together), g, strip * rows,
                                     std::min(pass_.count.h, (strip + 1) * rows)};
                     const std::int64_t share = i % shares, per = blocks_ / shares;
                     run(task, scratch ? scratch->data() : nullptr, share * per, (share + 1) * per);
                   }
                 });
  }

 private:
  struct Task {
    std::int64_t first, last;  ///< images
    std::int64_t group;
    std::int64_t begin, end;  ///< rows of places
  };

  /// The pixels that rows [begin, end) of places see.
  Box box(std::int64_t begin, std::int64_t end) const {
    return {begin * pass_.stride.h + first_.h, first_.w, (end - begin - 1) * pass_.stride.h + reach_.h,
            (pass_.count.w - 1) * pass_.stride.w + reach_.w};
  }

  /// Neighbouring rows that lie without gaps in x and in y become one, for products that are not too thin.
  void join_rows() {
    const bool dense = pass_.stride == Pair(1) && pass_.step == Pair(1) &&
                       c_.x.row == pass_.count.w * c_.x.column && c_.y.row == pass_.count.w * c_.y.column;
    if (!dense) return;
    std::int64_t joined = std::max<std::int64_t>(std::min(2 * row_tile / pass_.count.w, pass_.count.h), 1);
    while (pass_.count.h % joined != 0) --joined;
    pass_.count = Pair(pass_.count.h / joined, pass_.count.w * joined);
    c_.x.data += first_.h * c_.x.row + first_.w * c_.x.column;
    pass_.taps[0].row = pass_.taps[0].column = 0;
    first_ = Pair(0, 0);
    c_.x.row *= joined;
    c_.y.row *= joined;
  }

  /// [group][block][tap][depth][column of the block]
  void pack() {
    const auto taps = static_cast<std::int64_t>(pass_.taps.size());
    packed_.emplace(c_.groups * blocks_ * taps * matrix_);
    parallel_for(c_.groups * blocks_, chunk_for(taps * matrix_), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t first = i % blocks_ * block_, columns = std::min(block_, c_.width - first);
        const T* from = c_.matrices.data + i / blocks_ * c_.matrices.group + first * c_.matrices.width;
        T* to = packed_->data() + i * taps * matrix_;
        for (std::int64_t k = 0; k < c_.depth; ++k)
          for (std::int64_t t = 0; t < taps; ++t) {
            const T* row = from + k * c_.matrices.depth + pass_.taps[static_cast<std::size_t>(t)].position;
            T* packed = to + t * matrix_ + k * block_;
            for (std::int64_t n = 0; n < columns; ++n) packed[n] = row[n * c_.matrices.width];
            for (std::int64_t n = columns; n < block_; ++n) packed[n] = T(0);
          }
      }
    });
  }

  void run(const Task& task, T* scratch, std::int64_t first_block, std::int64_t last_block) const {
    const T* from = c_.x.at(task.first, task.group * c_.depth);
    const Box seen = box(task.begin, task.end);
    Pixels<T> pixels{from + seen.top * c_.x.row + seen.left * c_.x.column, c_.x.image, c_.x.row, c_.x.column};
    if (!in_place_) {
      pixels = {scratch, seen.height * seen.width * c_.depth, seen.width * c_.depth, c_.depth};
      for (std::int64_t n = 0; n < task.last - task.first; ++n)
        copy_pixels(from + n * c_.x.image, c_.x, c_.depth, c_.size, seen, scratch + n * pixels.image);
    }
    for (std::int64_t b = first_block; b < last_block; ++b) multiply(task, pixels, b);
  }

  /// Block b of the channels of a task's places.
  void multiply(const Task& task, const Pixels<T>& pixels, std::int64_t b) const {
    const auto taps = static_cast<std::int64_t>(pass_.taps.size());
    const std::int64_t channel = b * block_, columns = std::min(block_, c_.width - channel);
    const std::int64_t column = pass_.step.w * c_.y.column;
    const T* bias = c_.bias == nullptr ? nullptr : c_.bias + task.group * c_.width + channel;
    const T* matrices = packed_->data() + (task.group * blocks_ + b) * taps * matrix_;

    // The result's tile: in place, or beside it where the last columns would not fill a register.
    const std::int64_t tile = chunk_count(pass_.count.w, chunk_count(pass_.count.w, row_tile));
    const std::int64_t last = pass_.count.w - (pass_.count.w - 1) / tile * tile;
    const std::int64_t padded = chunk_count(columns, tile_lanes) * tile_lanes;
    T beside[row_tile * widest_tile], start[row_tile * widest_tile];
    for (std::int64_t p = 0; p < tile; ++p)
      for (std::int64_t n = 0; n < padded; ++n)
        start[p * padded + n] = bias != nullptr && n < columns ? bias[n] : T(0);
    const bool direct = padded == columns;
    const auto product = [&](std::int64_t places, bool accumulate) {
      return Tile<T>(
          {places, padded, step_, pass_.stride.w * pixels.column, block_, direct ? column : padded},
          accumulate, Terms::many);
    };
    const std::int64_t terms_at_once =
        std::max<std::int64_t>(resident_bytes / (step_ * block_ * static_cast<std::int64_t>(sizeof(T))), 1);
    const std::int64_t pieces = c_.depth / step_, all = taps * pieces;
    TileTerms<T> terms;
    for (std::int64_t begin = 0; begin < all; begin += terms_at_once) {
      const std::int64_t end = std::min(all, begin + terms_at_once);
      const bool accumulate = begin > 0 || bias != nullptr;
      const Tile<T> whole = product(tile, accumulate), rest = product(last, accumulate);
      Range filled{0, 0};
      for_each_row(task, [&](std::int64_t n, std::int64_t i) {
        const Range seen = taps_within((task.begin + i) * pass_.stride.h);
        const Range range{std::max(begin, seen.begin * pieces), std::min(end, seen.end * pieces)};
        if (range != filled) add_terms(range, pixels, terms);
        filled = range;
        const T* from = pixels.data + n * pixels.image + i * pass_.stride.h * pixels.row;
        T* to = c_.y.at(task.first + n, task.group * c_.width + channel) +
                (pass_.origin.h + (task.begin + i) * pass_.step.h) * c_.y.row + pass_.origin.w * c_.y.column;
        for (std::int64_t j = 0; j < pass_.count.w; j += tile) {
          const std::int64_t places = std::min(tile, pass_.count.w - j);
          const auto copy_rows = [&](const T* source, std::int64_t step, T* target, std::int64_t to_step) {
            if (step == columns && to_step == columns)
              return void(std::copy_n(source, places * columns, target));
            for (std::int64_t p = 0; p < places; ++p)
              std::copy_n(source + p * step, columns, target + p * to_step);
          };
          T* result = to + j * column;
          if (begin == 0 && (bias != nullptr || terms.size() == 0))
            copy_rows(start, padded, direct ? result : beside, direct ? column : padded);
          else if (begin > 0 && !direct)
            copy_rows(result, column, beside, padded);
          if (terms.size() > 0)
            (places == tile ? whole : rest)(from + j * pass_.stride.w * pixels.column, matrices,
                                            direct ? result : beside, terms);
          if (!direct) copy_rows(beside, padded, result, column);
        }
      });
    }
  }

  struct Range {
    std::int64_t begin, end;
    friend bool operator==(const Range&, const Range&) = default;
  };

  /// The taps, which are sorted by rows, that lie within the image for places that begin at image row `top`.
  Range taps_within(std::int64_t top) const {
    const auto first = std::find_if(pass_.taps.begin(), pass_.taps.end(),
                                    [&](const Tap& tap) { return top + tap.row >= 0; });
    const auto last =
        std::find_if(first, pass_.taps.end(), [&](const Tap& tap) { return top + tap.row >= c_.size.h; });
    return {first - pass_.taps.begin(), last - pass_.taps.begin()};
  }

  /// Terms number `range` of the list [tap][piece of the depth].
  void add_terms(const Range& range, const Pixels<T>& pixels, TileTerms<T>& terms) const {
    const std::int64_t pieces = c_.depth / step_;
    terms.clear();
    for (std::int64_t i = range.begin; i < range.end; ++i) {
      const Tap& tap = pass_.taps[static_cast<std::size_t>(i / pieces)];
      terms.add(
          (tap.row - first_.h) * pixels.row + (tap.column - first_.w) * pixels.column + i % pieces * step_,
          i / pieces * matrix_ + i % pieces * step_ * block_);
    }
  }

  /// Calls f(image, row), counted from the task's first.
  template <class F>
  static void for_each_row(const Task& task, F&& f) {
    for (std::int64_t n = 0; n < task.last - task.first; ++n)
      for (std::int64_t i = 0; i < task.end - task.begin; ++i) f(n, i);
  }

  Correlation<T> c_;
  Pass pass_;
  std::int64_t step_;            // channels per product
  std::int64_t block_, blocks_;  // of channels of the result
  std::int64_t matrix_;          // elements of a packed matrix
  Pair first_{0}, reach_{0};     // the taps' upper left corner, and their extent
  bool in_place_ = false;
  std::optional<Scratch<T>> packed_;
};

/// Places that see nothing hold the bias.
template <class T>
void fill(const Correlation<T>& c, const Pass& pass) {
  const std::int64_t channels = c.groups * c.width;
  parallel_for(
      c.images * pass.count.h, chunk_for(pass.count.w * channels), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i)
          for (std::int64_t j = 0; j < pass.count.w; ++j) {
            T* to = c.y.at(i / pass.count.h, 0) + (pass.origin.h + i % pass.count.h * pass.step.h) * c.y.row +
                    (pass.origin.w + j * pass.step.w) * c.y.column;
            if (c.bias != nullptr)
              std::copy_n(c.bias, channels, to);
            else
              std::fill_n(to, channels, T(0));
          }
      });
}

}  // namespace

template <class T>
void correlate(const Correlation<T>& c, Pass pass) {
  if (c.images == 0 || c.groups == 0 || c.width == 0 || pass.count.h <= 0 || pass.count.w <= 0) return;
  if (pass.taps.empty() || c.depth == 0) return fill(c, pass);
  if (correlate_winograd(c, pass)) return;
  Run<T> run(c, std::move(pass));
  run();
}

template void correlate(const Correlation<float>&, Pass);
template void correlate(const Correlation<double>&, Pass);

}  // namespace gradus::kernels
