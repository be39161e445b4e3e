import type { OpenAPIObject } from '@nestjs/swagger';

// @nestjs/swagger does not export the parts of OpenAPIObject.
export type Paths = OpenAPIObject['paths'];
export type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
export type OperationObject = NonNullable<Paths[string]['get']>;
export type ParameterObject = Extract<NonNullable<OperationObject['parameters']>[number], { in: string }>;
export type ResponseObject = Extract<OperationObject['responses'][string], { description: string }>;
type Headers = NonNullable<ResponseObject['headers']>;
/** The examples of a body, by name. */
export type Examples = Record<string, Example>;
export type Example = { value: unknown } | { $ref: string };
export type HeaderObject = Exclude<Headers[string], { $ref: string }>;
