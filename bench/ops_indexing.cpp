// Elements by number.
#include "ops.hpp"

namespace ops {
namespace {

/// x [r, c] and r / 2 numbers of its rows.
const Family rows{plane_shapes, [](const Sizes& s, Layout l) {
                    return Inputs{{numbers(s, l), lib::integers(s[0], {s[0] / 2})}, 1};
                  }};
/// x [r, c], as many y [r / 2, c], and r / 2 numbers of rows.
const Family rows_added{
    plane_shapes, [](const Sizes& s, Layout l) {
      return Inputs{{numbers(s, l), numbers({s[0] / 2, s[1]}, l), lib::integers(s[0], {s[0] / 2})}, 2};
    }};
/// x and y [r, c], and a number of a column for each element.
const Family columns{plane_shapes, [](const Sizes& s, Layout l) {
                       return Inputs{{numbers(s, l), numbers(s, l), lib::integers(s[1], {s[0], s[1]})}, 2};
                     }};
const Family one_plane_columns{plane_shapes, [](const Sizes& s, Layout l) {
                                 return Inputs{{numbers(s, l), lib::integers(s[1], {s[0], s[1]})}, 1};
                               }};
/// A table [words, features] and 64 numbers of its rows.
const Family words{{{{100, 16}, {1000, 64}, {30000, 256}}}, [](const Sizes& s, Layout l) {
                     return Inputs{{numbers(s, l), lib::integers(s[0], {64, s[1] / 16})}, 1};
                   }};
const Family classes{{{{16}, {1024}, {65536}}}, [](const Sizes& s, Layout) {
                       return Inputs{{lib::integers(10, {s[0]})}, 0};
                     }};

const Op indexing_ops[] = {
    {"index_select", rows, [](const Tensors& x) { return lib::index_select(x[0], 0, x[1]); }},
    {"index_add", rows_added, [](const Tensors& x) { return lib::index_add(x[0], 0, x[2], x[1]); }},
    {"gather", one_plane_columns, [](const Tensors& x) { return lib::gather(x[0], 1, x[1]); }},
    {"scatter_add", columns, [](const Tensors& x) { return lib::scatter_add(x[0], 1, x[2], x[1]); }},
    {"scatter", columns, [](const Tensors& x) { return lib::scatter(x[0], 1, x[2], x[1]); }},
    {"embedding", words, [](const Tensors& x) { return lib::embedding(x[0], x[1]); }},
    {"one_hot", classes, [](const Tensors& x) { return lib::one_hot(x[0], 10); }},
};

}  // namespace

void add_indexing() { add(indexing_ops); }

}  // namespace ops
