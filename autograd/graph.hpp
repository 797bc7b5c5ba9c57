#pragma once

#include <boost/graph/adjacency_list.hpp>

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include <gradus/autograd/tensor.hpp>

// The tape as a graph of the Boost Graph Library, whose algorithms then work on it. Not part of gradus.hpp:
// Boost.Graph takes long to compile, and only who looks at graphs should wait for it.
namespace gradus {

/// Shape and element type of one result of an op.
struct GraphOutput {
  Shape shape;
  DType dtype = float32;
};

/// A recorded op, or a leaf.
struct GraphVertex {
  std::string op;          ///< "conv2d"; "leaf" for a leaf
  std::string attributes;  ///< "stride=[1, 1] padding=[0, 0]"
  std::string name;        ///< of a leaf that has one: "conv1.weight"
  std::vector<GraphOutput> outputs;
  SourceLocation at;  ///< where the user called it; line 0 for a leaf
  bool is_leaf = false;
  bool is_result = false;  ///< one of the tensors that the graph was asked for
};

/// Result `output` of the source is argument `input` of the target.
struct GraphEdge {
  std::uint32_t output = 0;
  std::uint32_t input = 0;
};

/// Edges lead the way the values went: from leaves to results. Vertices are numbered in the order of
/// recording. An op that takes the same value twice has two edges.
using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, GraphVertex, GraphEdge>;

/// What the tape knows of how the results were computed. Constants, which need no gradient, are not on the
/// tape. Throws GraphError if a result does not require a gradient or the graph has been freed (backward
/// without retain_graph).
Graph graph(const std::vector<Tensor>& results, SourceLocation at = SourceLocation::current());
Graph graph(const Tensor& result, SourceLocation at = SourceLocation::current());

/// All vertices, each behind those it was computed from. Throws GraphError for a graph with a cycle, which no
/// tape gives.
std::vector<Graph::vertex_descriptor> topological_order(const Graph& graph);

/// The picture in the language of Graphviz: `dot -Tsvg net.dot`. Leaves are filled, results have a thick
/// border.
void to_dot(std::ostream& out, const Graph& graph);
std::string to_dot(const Graph& graph);

/// GraphML, for yEd, Gephi, NetworkX: op, attributes, name, outputs, source, leaf, result of each vertex;
/// output and input of each edge.
void to_graphml(std::ostream& out, const Graph& graph);
std::string to_graphml(const Graph& graph);

}  // namespace gradus
