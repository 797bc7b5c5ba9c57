#include <gradus/nn/packed_sequence.hpp>

#include <algorithm>
#include <numeric>
#include <span>
#include <string_view>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/overwrite.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus::nn {

namespace {

using Counts = std::vector<std::int64_t>;

template <class T>
std::int64_t count_of(const std::vector<T>& values) {
  return static_cast<std::int64_t>(values.size());
}
Tensor as_tensor(const Counts& values) { return from_vector(values, count_of(values)); }

Counts counts_of(const Tensor& x, std::string_view what) {
  require<DTypeError>(x.dtype() == int64, "{} are {}; need int64", what, x.dtype());
  require<ShapeError>(x.rank() == 1, "{} are {}; need one dimension", what, x.shape());
  return x.to_vector<std::int64_t>();
}

/// A padded batch, [t, n, ..] or [n, t, ..], as rows.
struct Grid {
  std::int64_t times, batch;
  bool batch_first;

  Shape shape() const { return batch_first ? Shape{batch, times} : Shape{times, batch}; }
  std::int64_t row(std::int64_t t, std::int64_t i) const {
    return batch_first ? i * times + t : t * batch + i;
  }
};

/// The row of the grid that each row of packed data belongs to; order[i] is the sequence at place i.
Tensor rows_of(const Counts& batch_sizes, const Counts& order, const Grid& grid) {
  Counts rows;
  for (std::int64_t t = 0; const std::int64_t size : batch_sizes) {
    for (const std::int64_t i : std::span(order).first(static_cast<std::size_t>(size)))
      rows.push_back(grid.row(t, i));
    ++t;
  }
  return as_tensor(rows);
}

/// The data in these rows of the grid, padding elsewhere.
Tensor placed(const Tensor& data, const Tensor& rows, const Grid& grid, double padding) {
  Shape shape = data.shape();
  shape[0] = grid.times * grid.batch;
  const Tensor blank = full(shape, padding, {.dtype = data.dtype()});
  return unflatten(index_copy(blank, 0, rows, data), 0, grid.shape());
}

std::int64_t padded_length(std::int64_t longest, const PaddingOptions& options) {
  const std::int64_t total = options.total_length.value_or(longest);
  require(total >= longest, "total_length = {}; the longest sequence has {} steps", total, longest);
  return total;
}

Counts natural_order(std::int64_t n) {
  Counts order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  return order;
}

/// The batch sizes, once all members are known to fit.
Counts checked_sizes(const PackedSequence& x) {
  const Counts sizes = counts_of(x.batch_sizes, "batch_sizes");
  require(!sizes.empty(), "batch_sizes are empty; needs at least one sequence");
  for (std::size_t t = 0; t < sizes.size(); ++t)
    require(sizes[t] > 0 && sizes[t] <= sizes[t == 0 ? 0 : t - 1],
            "batch_sizes[{}] = {}; they must be positive and never grow", t, sizes[t]);
  const std::int64_t rows = std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
  require<ShapeError>(x.data.rank() >= 1 && x.data.size(0) == rows,
                      "data is {} but the batch_sizes add up to {} rows", x.data.shape(), rows);
  require(x.sorted_indices.defined() == x.unsorted_indices.defined(),
          "one of sorted_indices and unsorted_indices is undefined; needs both or neither");
  for (const Tensor& indices : {x.sorted_indices, x.unsorted_indices})
    if (indices.defined())
      require<ShapeError>(indices.shape() == Shape(sizes[0]), "indices of sequences are {}; need [{}]",
                          indices.shape(), sizes[0]);
  return sizes;
}

/// The steps and sequences of a padded batch.
Grid grid_of(const Tensor& x, bool batch_first) {
  require<ShapeError>(x.rank() >= 2, "input is {}; needs [{}, ..]", x.shape(), batch_first ? "n, t" : "t, n");
  return {x.size(batch_first ? 1 : 0), x.size(batch_first ? 0 : 1), batch_first};
}

Counts checked_lengths(const Tensor& x, const Tensor& lengths, const Grid& grid, std::int64_t least) {
  const Counts values = counts_of(lengths, "lengths");
  require<ShapeError>(count_of(values) == grid.batch && grid.batch > 0,
                      "input is {} and lengths are {}; needs one length for each of at least one sequence",
                      x.shape(), lengths.shape());
  for (std::size_t i = 0; i < values.size(); ++i)
    require(values[i] >= least && values[i] <= grid.times,
            "lengths[{}] = {}; must be from {} to {}, as input is {}", i, values[i], least, grid.times,
            x.shape());
  return values;
}

/// The sequences from the longest to the shortest.
Counts sorted_order(const Counts& lengths, bool enforce_sorted) {
  Counts order = natural_order(count_of(lengths));
  if (enforce_sorted)
    for (std::size_t i = 1; i < lengths.size(); ++i)
      require(lengths[i] <= lengths[i - 1],
              "lengths[{}] = {} comes after {}; needs the longest sequence first, or enforce_sorted = false",
              i, lengths[i], lengths[i - 1]);
  const auto length = [&](std::int64_t i) { return lengths[static_cast<std::size_t>(i)]; };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int64_t a, std::int64_t b) { return length(a) > length(b); });
  return order;
}

}  // namespace

PackedSequence pack_padded_sequence(const Tensor& x, const Tensor& lengths, const PackOptions& options,
                                    SourceLocation at) {
  const OpScope scope("pack_padded_sequence", at);
  const Grid grid = grid_of(x, options.batch_first);
  const Counts sizes = checked_lengths(x, lengths, grid, 1);
  const Counts order = sorted_order(sizes, options.enforce_sorted);
  Counts batch_sizes;
  for (std::int64_t t = 0; t < *std::max_element(sizes.begin(), sizes.end()); ++t)
    batch_sizes.push_back(std::count_if(sizes.begin(), sizes.end(), [t](auto size) { return size > t; }));
  PackedSequence packed{index_select(flatten(x, 0, 1), 0, rows_of(batch_sizes, order, grid)),
                        as_tensor(batch_sizes)};
  if (!options.enforce_sorted) {
    Counts places(order.size());
    for (std::int64_t place = 0; const std::int64_t i : order) places[static_cast<std::size_t>(i)] = place++;
    packed.sorted_indices = as_tensor(order);
    packed.unsorted_indices = as_tensor(places);
  }
  return packed;
}

PaddedSequence pad_packed_sequence(const PackedSequence& x, const PaddingOptions& options,
                                   SourceLocation at) {
  const OpScope scope("pad_packed_sequence", at);
  const Counts sizes = checked_sizes(x);
  const Grid grid{padded_length(count_of(sizes), options), sizes[0], options.batch_first};
  const Counts order =
      x.sorted_indices.defined() ? counts_of(x.sorted_indices, "sorted_indices") : natural_order(grid.batch);
  Counts lengths(order.size());
  for (const std::int64_t size : sizes)
    std::for_each_n(lengths.begin(), size, [](std::int64_t& length) { ++length; });
  const Tensor sorted = as_tensor(lengths);
  return {placed(x.data, rows_of(sizes, order, grid), grid, options.padding_value),
          x.unsorted_indices.defined() ? index_select(sorted, 0, x.unsorted_indices) : sorted};
}

Tensor pad_sequence(const std::vector<Tensor>& sequences, const PaddingOptions& options, SourceLocation at) {
  const OpScope scope("pad_sequence", at);
  require(!sequences.empty(), "there are no sequences; needs at least one");
  std::int64_t longest = 0;
  for (const Tensor& sequence : sequences) {
    require<ShapeError>(sequence.rank() >= 1, "a sequence is {}; needs [t, ..]", sequence.shape());
    longest = std::max(longest, sequence.size(0));
  }
  const Grid grid{padded_length(longest, options), count_of(sequences), options.batch_first};
  Counts rows;
  for (std::int64_t i = 0; i < grid.batch; ++i)
    for (std::int64_t t = 0; t < sequences[static_cast<std::size_t>(i)].size(0); ++t)
      rows.push_back(grid.row(t, i));
  return placed(cat(sequences), as_tensor(rows), grid, options.padding_value);
}

std::vector<Tensor> unpad_sequence(const Tensor& x, const Tensor& lengths, bool batch_first,
                                   SourceLocation at) {
  const OpScope scope("unpad_sequence", at);
  std::vector<Tensor> sequences;
  for (const std::int64_t length : checked_lengths(x, lengths, grid_of(x, batch_first), 0))
    sequences.push_back(narrow(select(x, batch_first ? 0 : 1, count_of(sequences)), 0, 0, length));
  return sequences;
}

PackedSequence pack_sequence(const std::vector<Tensor>& sequences, bool enforce_sorted, SourceLocation at) {
  const OpScope scope("pack_sequence", at);
  const Tensor padded = pad_sequence(sequences);
  Counts lengths;
  for (const Tensor& sequence : sequences) lengths.push_back(sequence.size(0));
  return pack_padded_sequence(padded, as_tensor(lengths), {.enforce_sorted = enforce_sorted});
}

std::vector<Tensor> unpack_sequence(const PackedSequence& x, SourceLocation at) {
  const OpScope scope("unpack_sequence", at);
  const auto [padded, lengths] = pad_packed_sequence(x);
  return unpad_sequence(padded, lengths);
}

std::vector<Tensor> detail::pieces_of(const PackedSequence& x) {
  const Counts sizes = checked_sizes(x);
  std::vector<Tensor> pieces;
  std::int64_t row = 0;
  for (auto begin = sizes.begin(), end = begin; begin != sizes.end(); begin = end) {
    end = std::find_if(begin, sizes.end(), [&](std::int64_t size) { return size != *begin; });
    const std::int64_t steps = end - begin, rows = steps * *begin;
    pieces.push_back(unflatten(narrow(x.data, 0, row, rows), 0, {steps, *begin}));
    row += rows;
  }
  return pieces;
}

}  // namespace gradus::nn
