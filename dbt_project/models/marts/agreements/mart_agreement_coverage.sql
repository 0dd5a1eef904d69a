with units as (
    select * from {{ ref('int_org_units_by_period') }}
),

completeness as (
    select * from {{ ref('int_completeness_by_unit') }}
    where subject = 'unions_and_agreements'
),

coverage as (
    select * from {{ ref('int_agreement_coverage_by_unit') }}
),

ratios as (
    select * from {{ ref('int_indicator_values') }}
    where indicator_code = 'agreement_coverage_pct'
),

-- A unit from which reports are expected has a row even when nothing came: its measures are null, not 0.
final as (
    select
        units.period,
        units.org_unit_code,
        units.valid_from as org_unit_valid_from,
        units.name_vi as org_unit_name_vi,
        units.unit_type,
        coverage.eligible_units,
        coverage.eligible_units_reported,
        coverage.with_agreement,
        ratios.value as coverage_pct,
        coverage.in_force,
        coverage.expired,
        coverage.not_yet_effective,
        coverage.signed_in_period,
        coverage.workers_covered,
        completeness.reporters_expected,
        completeness.reporters_reported,
        completeness.completeness_pct
    from units
    left join coverage
        on units.period = coverage.period and units.org_unit_code = coverage.org_unit_code
    left join ratios
        on units.period = ratios.period and units.org_unit_code = ratios.org_unit_code
    left join completeness
        on units.period = completeness.period and units.org_unit_code = completeness.org_unit_code
    where completeness.period is not null or coverage.in_force is not null
)

select * from final
