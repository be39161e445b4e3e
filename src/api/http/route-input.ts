import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { getMetadataStorage } from 'class-validator';

/** A class with validated properties. */
export type Dto = new () => object;

/** The types of the parameters with `@Query()` and `@Body()`; null if the handler has none. */
export interface RouteInput {
  query: Dto | null;
  body: Dto | null;
}

/** Returns the declared input of the handler `name` of a controller. */
export function inputOf(controller: { prototype: object }, name: string): RouteInput {
  const parameters = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) as object | undefined;
  const types = Reflect.getMetadata('design:paramtypes', controller.prototype, name) as Dto[] | undefined;
  const typeOf = (kind: RouteParamtypes) => {
    const key = Object.keys(parameters ?? {}).find((each) => each.startsWith(`${kind}:`));
    return key === undefined ? null : (types?.[Number(key.split(':')[1])] ?? null);
  };
  return { query: typeOf(RouteParamtypes.QUERY), body: typeOf(RouteParamtypes.BODY) };
}

/** Returns the names of the properties of a DTO. */
export function propertiesOf(dto: unknown): string[] {
  const metadata = getMetadataStorage().getTargetValidationMetadatas(dto as Dto, '', false, false);
  return [...new Set(metadata.map(({ propertyName }) => propertyName))];
}
