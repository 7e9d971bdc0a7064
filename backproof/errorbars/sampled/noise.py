"""The mode under which every aten operation rounds as a candidate's would."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.weak import WeakTensorKeyDictionary

from backproof.errorbars.sampled.local import error, is_rounded
from backproof.errorbars.sampled.operations import INSIDE, class_of, decomposed, name_of, refuse
from backproof.errors import MissingRuleError
from backproof.precision import FLOAT64, PRECISIONS, Precision

WIDE = {False: torch.float64, True: torch.complex128}
CONVERTING = ("to", "double", "float", "half", "bfloat16", "type", "type_as")
COPIES = ("fill", "zero", "set", "resize", "as_strided")  # nothing is computed
CONVERSIONS = ("_to_copy", "convert_element_type")


class Rounding(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Runs float64 operations, each with an error such as the candidate's makes there.

    What the candidate stores in another dtype is float64 here as well, and remembers its own: an
    operation rounds as its operands' dtype does, a conversion as the one that it converts to.
    """

    def __init__(self, dtype: torch.dtype, factor: float, seed: int, tf32: bool = False) -> None:
        """Round as `dtype` does, where nothing else is known, `factor` times as much.

        tf32  whether products of float32 numbers are those of TF32
        """
        super().__init__()  # type: ignore[no-untyped-call]
        self.dtype, self.factor, self.tf32 = dtype, factor, tf32
        self.generator = torch.Generator().manual_seed(seed)
        self.dtypes = WeakTensorKeyDictionary()
        self.inside = ""  # "coarse" or "fine": see operations.py

    def remember(self, tensor: Tensor, dtype: torch.dtype) -> None:
        """Say as what the candidate stores a tensor."""
        self.dtypes[tensor] = dtype

    def stored(self, tensor: Tensor) -> torch.dtype:
        """Return as what the candidate stores a tensor."""
        if not is_rounded(tensor):
            return tensor.dtype
        found: torch.dtype = self.dtypes.get(tensor, self.dtype)  # type: ignore[no-untyped-call]
        return found.to_complex() if tensor.is_complex() else found

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Run one operation, and add its error."""
        dtype, args, kwargs = self._dtype_of_result(args, kwargs or {})
        if func._schema.is_mutable:
            return self._in_place(func, args, kwargs)
        return self._noted(self._called(func, args, kwargs, dtype), dtype)

    def _called(self, func: Any, args: Any, kwargs: Any, dtype: torch.dtype) -> Any:
        if name_of(func) in CONVERSIONS:
            return self._converted(func, args, kwargs, dtype)
        kind = class_of(func)
        if kind == "composite" or (kind == "bilinear" and kwargs):
            return self._parts(func, args, kwargs, dtype)
        result = func(*args, **kwargs)
        if kind == "exact" or not self.factor or not _any_rounded(result):
            return result
        drawn = error(kind, func, args, kwargs, result, self._units(dtype), self._draw)
        if isinstance(result, Tensor):
            return self._off(result, drawn)
        return tuple(self._off(r, e) for r, e in zip(result, drawn, strict=True))

    def _parts(self, func: Any, args: Any, kwargs: Any, dtype: torch.dtype) -> Any:
        """Run what an operation is made of; each part rounds."""
        before, self.inside = self.inside, INSIDE.get(name_of(func), self.inside)
        try:
            with self:
                result = decomposed(func)(*args, **kwargs)
        finally:
            self.inside, within = before, self.inside
        if within != "fine" or before == "fine" or not self.factor:
            return result
        terms = func(args[0] * self._draw(args[0]), *args[1:], **kwargs)  # linear in the first
        return self._off(result, (terms + result * self._draw(result)) * self._units(dtype).storage)

    def _off(self, result: Tensor, drawn: Tensor | None) -> Tensor:
        """Return the result with its error; infinities stay what they are."""
        if drawn is None:
            return result
        return torch.where(drawn.isfinite(), result + drawn * self.factor, result)

    def _converted(self, func: Any, args: Any, kwargs: Any, dtype: torch.dtype) -> Any:
        """Convert to another dtype: a rounding, where it is a coarser one."""
        return self._stored_as(dtype, func(*args, **kwargs), args[0])

    def _stored_as(self, dtype: torch.dtype, result: Tensor, before: Tensor) -> Tensor:
        """Return what was stored as `before` is, rounded where `dtype` is coarser."""
        if not (self.factor and is_rounded(result) and is_rounded(before)):
            return result
        if torch.finfo(dtype).eps <= torch.finfo(self.stored(before).to_real()).eps:
            return result
        units = self._units(dtype)
        sigma = result.abs() * units.storage + (result != 0) * units.smallest
        return self._off(result, sigma * self._draw(result))

    def _in_place(self, func: Any, args: Any, kwargs: Any) -> Any:
        """Compute apart what is written in place, then write it; the tensor keeps its dtype."""
        if any(argument.is_out for argument in func._schema.arguments):
            refuse(func, "it writes into out=; let it return its result")
        into, name = args[0], name_of(func)
        if name in COPIES or torch.Tag.inplace_view in func.tags or not is_rounded(into):
            class_of(func)
            return func(*args, **kwargs)
        dtype = self.stored(into).to_real()
        if name == "copy":
            into.copy_(self._stored_as(dtype, args[1].to(into.dtype), args[1]))
        else:
            into.copy_(self._called(_functional(func), args, kwargs, dtype))
        self.remember(into, dtype)
        return into

    def _dtype_of_result(
        self, args: Any, kwargs: Mapping[str, Any]
    ) -> tuple[torch.dtype, Any, dict[str, Any]]:
        """Return as what the candidate stores the result, and the arguments in float64."""
        asked = next((a for a in (*args, kwargs.get("dtype")) if _is_stored(a)), None)
        if asked is not None:
            wide = WIDE[asked.is_complex]
            args = tuple(wide if a is asked else a for a in args)
            kwargs = {k: wide if v is asked else v for k, v in kwargs.items()}
            return asked.to_real(), args, kwargs
        tensors = [a for a in _flat(args) if is_rounded(a)]
        known = [self.stored(t).to_real() for t in tensors if t.ndim]
        known = known or [self.stored(t).to_real() for t in tensors] or [self.dtype]
        widest = known[0]
        for one in known[1:]:
            widest = torch.promote_types(widest, one)
        return widest, args, dict(kwargs)

    def _noted(self, result: Any, dtype: torch.dtype) -> Any:
        for one in _flat((result,)):
            if is_rounded(one):
                self.remember(one, dtype)
        return result

    def _units(self, dtype: torch.dtype) -> Precision:
        name = "tf32" if self.tf32 and dtype == torch.float32 else str(dtype)
        units = PRECISIONS[name.removeprefix("torch.")].against(FLOAT64)
        if self.inside == "coarse":
            return replace(units, accumulation=units.storage)
        if self.inside == "fine":
            return replace(units, storage=units.accumulation, product=units.accumulation)
        return units

    def _draw(self, like: Tensor) -> Tensor:
        """Return uniform numbers of variance 1, as roundings are, of the shape of `like`."""
        drawn = torch.rand(like.shape, dtype=like.dtype, generator=self.generator)
        centre = complex(0.5, 0.5) if like.is_complex() else 0.5
        return ((drawn - centre) * 12**0.5).to(like.device)


def _is_stored(argument: Any) -> bool:
    """Say whether this is a dtype that the candidate stores numbers in.

    float64 is none: what makes or converts a tensor as another one is, sees float64 here.
    """
    if not isinstance(argument, torch.dtype) or argument in WIDE.values():
        return False
    return argument.is_floating_point or argument.is_complex


class Declared(TorchFunctionMode):
    """Answers, where code asks a tensor for its dtype, with that of the candidate.

    Then x.to(y.dtype) converts here as there, and gradients are converted back.
    """

    def __init__(self, rounding: Rounding) -> None:
        """Answer with what `rounding` remembers."""
        super().__init__()
        self.rounding = rounding

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Answer one question; all else is done as it stands."""
        if torch.is_autocast_enabled("cpu") or torch.is_autocast_enabled("cuda"):
            raise MissingRuleError(
                "There are no error bars within torch.autocast: convert with .to(...) where the "
                "candidate computes in another precision."
            )
        if getattr(func, "__self__", None) is Tensor.dtype and _is_wide(args[0]):
            return self.rounding.stored(args[0])
        result = func(*args, **(kwargs or {}))
        name = getattr(func, "__name__", "")
        if name not in CONVERTING or not is_rounded(args[0]):
            return result
        asked = [*args[1:], *(kwargs or {}).values()]
        if result is args[0] and (name == "double" or torch.float64 in asked):
            result = result.clone()  # float64 here already, and not there
            self.rounding.remember(result, torch.float64)
        if result is not args[0]:
            self._convert_back(args[0], result)
        return result

    def _convert_back(self, tensor: Tensor, converted: Tensor) -> None:
        """Let the gradient be rounded on its way back, as the tensor was on its way."""
        before = self.rounding.stored(tensor)
        if converted.requires_grad and before != self.rounding.stored(converted):
            converted.register_hook(  # type: ignore[no-untyped-call]
                lambda g: torch.ops.aten._to_copy.default(g, dtype=before)
            )


def _is_wide(tensor: Tensor) -> bool:
    """Say whether a tensor holds, in float64 or complex128, what the candidate stores otherwise."""
    with torch._C.DisableTorchFunction():
        return tensor.dtype in WIDE.values()


def _functional(func: Any) -> Callable[..., Any]:
    """Return the operation that computes what `func` writes in place."""
    packet = getattr(torch.ops.aten, name_of(func), None)
    overloads = [getattr(packet, name) for name in packet.overloads()] if packet else []
    found: Callable[..., Any] | None = next(
        (f for f in overloads if _takes(f) == _takes(func)), None
    )
    if found is None:
        refuse(func, "there is no operation that computes the same without writing in place")
    return found


def _takes(func: Any) -> list[str]:
    """Return the types of the arguments; of overloads of one name, those alike do the same."""
    return [str(argument.type) for argument in func._schema.arguments]


def _flat(arguments: Any) -> list[Any]:
    found: list[Any] = []
    for one in arguments:
        found += _flat(one) if isinstance(one, list | tuple) else [one]
    return found


def _any_rounded(result: Any) -> bool:
    return any(is_rounded(one) for one in _flat((result,)))
