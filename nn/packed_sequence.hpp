#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <gradus/autograd/tensor.hpp>

namespace gradus::nn {

/// Sequences of different lengths without padding, in the order in which recurrent layers read them: the
/// first steps of all sequences, the longest sequence first, then the second steps of those that have one,
/// and so on. What treats rows alone may be given the data: `x.data = embedding(x.data)`.
struct PackedSequence {
  Tensor data;                   ///< [sum of lengths, ..]
  Tensor batch_sizes;            ///< int64 [longest length]: how many sequences have a step t
  Tensor sorted_indices = {};    ///< int64 [n]: which sequence stands at place i; undefined: sequence i
  Tensor unsorted_indices = {};  ///< int64 [n]: at which place sequence i stands; undefined: at place i
};

/// Options of `pack_padded_sequence`.
struct PackOptions {
  bool batch_first = false;    ///< sequences are [n, t, ..], not [t, n, ..]
  bool enforce_sorted = true;  ///< they must come in order, the longest first; otherwise they are sorted here
};

/// Options of `pad_packed_sequence` and `pad_sequence`.
struct PaddingOptions {
  bool batch_first = false;  ///< to [n, t, ..], not [t, n, ..]
  double padding_value = 0;
  std::optional<std::int64_t> total_length = {};  ///< t, if not that of the longest sequence
};

/// What `pad_packed_sequence` gives.
struct PaddedSequence {
  Tensor x;        ///< [t, n, ..]
  Tensor lengths;  ///< int64 [n]
};

/// The first lengths[i] steps of each sequence i of x [t, n, ..]; the lengths are int64 [n]. Sequences of one
/// length keep their order. Throws ValueError for a length below 1 or above t, or that is not sorted though
/// it must be, ShapeError or DTypeError for what is no batch of sequences or no list of its lengths.
PackedSequence pack_padded_sequence(const Tensor& x, const Tensor& lengths, const PackOptions& options = {},
                                    SourceLocation at = SourceLocation::current());
/// The sequences in the order of the batch they were packed from, with `padding_value` behind their ends, and
/// their lengths. Throws ValueError for a total_length below the longest; ShapeError, DTypeError or
/// ValueError for members that do not fit each other.
PaddedSequence pad_packed_sequence(const PackedSequence& x, const PaddingOptions& options = {},
                                   SourceLocation at = SourceLocation::current());

/// Sequences [t_i, ..] as one batch [longest t, n, ..], with `padding_value` behind their ends. Throws
/// ValueError for none and for a total_length below the longest, otherwise as `cat`.
Tensor pad_sequence(const std::vector<Tensor>& sequences, const PaddingOptions& options = {},
                    SourceLocation at = SourceLocation::current());
/// The sequences [lengths[i], ..] of a padded batch [t, n, ..], without what is behind their ends. Throws as
/// `pack_padded_sequence`, but for lengths in no order; they may be 0.
std::vector<Tensor> unpad_sequence(const Tensor& x, const Tensor& lengths, bool batch_first = false,
                                   SourceLocation at = SourceLocation::current());
/// Sequences [t_i, ..] packed, as `pack_padded_sequence` does once they are padded.
PackedSequence pack_sequence(const std::vector<Tensor>& sequences, bool enforce_sorted = true,
                             SourceLocation at = SourceLocation::current());
/// The sequences [t_i, ..], in the order in which `pack_sequence` was given them. Throws as
/// `pad_packed_sequence`.
std::vector<Tensor> unpack_sequence(const PackedSequence& x, SourceLocation at = SourceLocation::current());

namespace detail {
/// The data as pieces [steps, n, ..], cut where sequences end: the same n go on through all steps of a piece.
/// Throws as `pad_packed_sequence`.
std::vector<Tensor> pieces_of(const PackedSequence& x);
}  // namespace detail

}  // namespace gradus::nn
